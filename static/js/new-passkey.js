/* Shows the fingerprint of a new passkey's key before the key is sent to the server, so that its owner can write down
   what this browser computed and later compare it with what the server says.
   The fingerprint is SHA-256 of the public key (SubjectPublicKeyInfo) in the browser's own registration answer. */
(function () {
  "use strict";
  const panel = document.getElementById("new-key");
  const form = panel.closest("main").querySelector("input[name=credential]").form;
  let publicKey = null;

  /* the sign-in library's script asks for the new passkey here */
  const create = navigator.credentials.create.bind(navigator.credentials);
  navigator.credentials.create = async function (options) {
    const made = await create(options);
    publicKey = made.response.getPublicKey();
    return made;
  };

  /* the same script calls this once it has the answer: show first, send when the person says so */
  form.submit = async function () {
    if (!publicKey) return send(); /* a kind of key that the browser cannot write out; the server will refuse it */
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", publicKey));
    const digits = Array.from(digest, function (byte) { return byte.toString(16).padStart(2, "0"); }).join("");
    document.getElementById("new-key-fingerprint").textContent = digits.match(/.{4}/g).join(" ");
    form.hidden = true;
    panel.hidden = false;
    panel.focus();
  };
  document.getElementById("new-key-add").addEventListener("click", send);

  /* the same script answers the button from here on: a click before that would do nothing */
  document.addEventListener("DOMContentLoaded", function () {
    document.getElementById("mfa_webauthn_add").disabled = false;
  });

  function send() {
    HTMLFormElement.prototype.submit.call(form);
  }
})();
