"""What every door is built from: base templates, parts, drawings, form helpers, styles."""
