// Passkeys. Without script they cannot work, so their buttons are hidden until this file runs.
// The ceremony itself is in mfa/js/webauthn.js; what fails there is said here, in words.
for (const part of document.querySelectorAll("[data-passkey]")) {
  part.hidden = !window.PublicKeyCredential;
}

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const words = document.getElementById("passkey-failed");
  if (words) {
    words.hidden = false;
    words.focus();
  }
});
