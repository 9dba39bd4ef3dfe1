// Small helps for forms. All of them work without script, too.
(function () {
  "use strict";
  // A one-time link carries its secret behind the #: into the field, off the address.
  var field = document.querySelector("[data-fragment]");
  if (field && location.hash.length > 1) {
    field.value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
    var next = field.form.querySelector("[type=password]");
    if (next) next.focus();
  }

  // A form is sent once; its button says that it works.
  document.addEventListener("submit", function (e) {
    if (e.target.dataset.sent) return e.preventDefault();
    e.target.dataset.sent = "1";
    var button = e.submitter;
    if (button && button.dataset.busy) setTimeout(function () { button.disabled = true; button.textContent = button.dataset.busy; });
  });
  window.addEventListener("pageshow", function (e) { if (e.persisted) location.reload(); });

  document.querySelectorAll("[data-copy]").forEach(function (button) {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent)
        .then(function () { button.textContent = button.dataset.copied; });
    });
  });
})();
