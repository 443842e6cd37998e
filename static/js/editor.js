/* The editor works whole without this: it opens a row by a click anywhere on it, and takes care of what was typed. */
(function () {
  "use strict";
  var editor = document.getElementById("editor");
  if (!editor) return;
  var said = document.getElementById("said");

  function say(sentence) {
    said.textContent = "";
    setTimeout(function () { said.textContent = sentence; }, 50);
  }
  function openForm() { return editor.querySelector(".row-form"); }
  function isChanged(control) {
    if (control.type === "radio") return control.checked !== control.defaultChecked;
    if (control.tagName !== "SELECT") return control.defaultValue !== undefined && control.value !== control.defaultValue;
    var chosen = Array.prototype.findIndex.call(control.options, function (option) { return option.defaultSelected; });
    return control.selectedIndex !== Math.max(chosen, 0);
  }
  function holdsTyped(form) {
    return !!form && (form.hasAttribute("data-typed") || Array.prototype.some.call(form.elements, isChanged));
  }

  editor.addEventListener("click", function (e) {
    var row = e.target.closest(".unit");
    if (!row || e.target.closest("a, button, form, summary") || String(getSelection())) return;
    var edit = row.querySelector(".edit");
    if (edit) edit.click();
  });
  editor.addEventListener("keydown", function (e) {
    var form = e.target.closest(".row-form");
    if (e.key !== "Escape" || !form) return;
    if (!holdsTyped(form) || confirm(editor.dataset.discard)) form.querySelector(".cancel").click();
  });
  window.addEventListener("beforeunload", function (e) {
    if (holdsTyped(openForm())) e.preventDefault();
  });

  /* one row is open at a time: what it holds is saved or cancelled before anything else is done */
  editor.addEventListener("htmx:beforeRequest", function (e) {
    var form = openForm();
    if (!holdsTyped(form) || form.contains(e.detail.elt)) return;
    e.preventDefault();
    say(editor.dataset.unsaved);
    form.querySelector("textarea, input:not([type=hidden]), select").focus();
  });
  editor.addEventListener("htmx:configRequest", function (e) {
    var form = openForm();
    if (form) e.detail.parameters.open = form.elements.row.value;
    /* who signs in again in another tab has a new token, and can save here */
    var token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
    if (!token || e.detail.verb === "get") return;
    e.detail.headers["X-CSRFToken"] = token[1];
    /* under this name it says only which form is sent, so that it does nothing twice */
    e.detail.parameters.form_token = e.detail.parameters.csrfmiddlewaretoken;
    delete e.detail.parameters.csrfmiddlewaretoken;
  });
  editor.addEventListener("htmx:responseError", function (e) {
    say(e.detail.xhr.status === 401 ? editor.dataset.signedOut : editor.dataset.failed);
  });
  editor.addEventListener("htmx:sendError", function () { say(editor.dataset.failed); });
})();
