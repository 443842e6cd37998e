/* The sign-in library tells a passkey's failure to the console only; here the person is told. */
document.addEventListener("allauth.error", function (e) {
  var said = document.getElementById("passkey-failed");
  e.preventDefault();
  if (said) { said.hidden = true; setTimeout(function () { said.hidden = false; }, 100); } /* said again each time */
});
