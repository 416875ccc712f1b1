"""The `alongside` command: for analysts, scripts and whoever runs the service."""
