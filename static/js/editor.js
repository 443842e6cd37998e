/* The editor works whole without this: it only asks before somebody leaves a page with what they typed. */
(function () {
  "use strict";
  var form = document.getElementById("editor"), changed, leaving;
  if (!form) return;
  changed = form.hasAttribute("data-unsaved");
  form.addEventListener("input", function () { changed = true; });
  form.addEventListener("submit", function () { leaving = true; });
  window.addEventListener("beforeunload", function (e) { if (changed && !leaving) e.preventDefault(); });
})();
