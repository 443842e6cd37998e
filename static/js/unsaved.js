/* Keeps what was typed where Save meets an ended session: in this tab of the browser alone, until the form is back. */
(function () {
  "use strict";
  var KEY = "unsaved", SIGN_IN = location.pathname.indexOf("/accounts/") === 0; /* where secrets are typed */
  /* what the typing was based on comes back with it; all else that is hidden says which record the form is of */
  var VERSION = /^(based_on|version)$/;
  var words = document.currentScript.dataset, body = document.body.dataset;

  function read() {
    try { return JSON.parse(sessionStorage.getItem(KEY)); } catch (_broken) { return null; }
  }
  function write(kept) {
    try { sessionStorage.setItem(KEY, JSON.stringify(kept)); } catch (_full) { /* then nothing is kept */ }
  }
  function forms() { return Array.prototype.slice.call(document.querySelectorAll("form[method=post]")); }
  function controls(form) {
    return Array.prototype.filter.call(form.elements, function (control) {
      return control.name && control.name !== "csrfmiddlewaretoken" &&
        !/^(password|file|submit|button|fieldset)$/.test(control.type);
    });
  }
  function isTyped(control) { return control.type !== "hidden"; }
  function isFixed(control) { return control.type === "hidden" && !VERSION.test(control.name); }
  function tick(control) { return control.type === "checkbox" || control.type === "radio"; }
  function say(text, before) {
    var note = document.createElement("p");
    note.className = "notice warning";
    note.setAttribute("role", "alert");
    note.textContent = text;
    before.parentNode.insertBefore(note, before);
  }

  document.addEventListener("submit", function (e) {
    var form = e.target, typed = controls(form);
    if (SIGN_IN || !body.person || form.method !== "post" || !typed.some(isTyped)) return;
    write({
      page: location.pathname + location.search, person: body.person, form: forms().indexOf(form),
      values: typed.map(function (control) {
        if (tick(control)) return control.checked;
        if (control.type !== "select-multiple") return control.value;
        return Array.prototype.map.call(control.options, function (option) { return option.selected; });
      }),
      names: typed.map(function (control) { return control.name; }),
    });
  });

  document.addEventListener("htmx:afterRequest", function (e) { /* the page stays, what was typed is saved or on it */
    if (e.detail.successful && e.detail.requestConfig.verb === "post") sessionStorage.removeItem(KEY);
  });

  var kept = read(), back = document.getElementById("back-to-form"), signIn = document.getElementById("login-form");
  if (!kept) return;
  if (signIn || back) { /* Save was refused: the form is shown again once its person is signed in */
    kept.refused = true;
    write(kept);
  }
  if (back) {
    back.href = location.origin + kept.page; /* also where it begins with two slashes */
    back.hidden = false;
  } else if (signIn) {
    say(words.kept, signIn);
    forms().forEach(function (form) { if (form.elements.next) form.elements.next.value = kept.page; });
  } else if (body.person && !(SIGN_IN && kept.person === body.person)) {
    sessionStorage.removeItem(KEY);
    if (kept.refused && kept.person === body.person && kept.page === location.pathname + location.search) restore();
  }

  function restore() {
    var form = forms()[kept.form], found = form ? controls(form) : [];
    if (found.map(function (control) { return control.name; }).join() !== kept.names.join()) return;
    function isOther(control, place) { return isFixed(control) && control.value !== kept.values[place]; }
    if (found.some(isOther)) return;
    found.forEach(function (control, place) {
      var value = kept.values[place];
      if (tick(control)) control.checked = value;
      else if (control.type !== "select-multiple") control.value = value;
      else Array.prototype.forEach.call(control.options, function (option, at) { option.selected = !!value[at]; });
    });
    say(words.restored, form.firstElementChild);
  }
})();
