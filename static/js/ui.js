/* What every page has. Every page works without it. The theme is Django's own admin/js/theme.js. */
(function () {
  "use strict";
  /* buttons that do nothing without a script */
  document.querySelectorAll(".theme-toggle, .print-page").forEach(function (button) { button.hidden = false; });
  document.addEventListener("click", function (e) {
    if (e.target.closest(".print-page")) window.print();
  });
  document.addEventListener("keydown", function (e) {
    var jump = document.getElementById("jump");
    if (jump && (e.ctrlKey || e.metaKey) && e.key === "k") { e.preventDefault(); jump.focus(); jump.select(); }
    if (e.key === "Escape" && location.hash) location.hash = "content-start"; /* closes the drawer and the menu */
  });
  /* a form that came back with errors begins at their list */
  var summary = document.getElementById("error-summary");
  if (summary) summary.focus();
})();
