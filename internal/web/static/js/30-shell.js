// The shell: the menu folds, dialogs open, toasts go, what was typed survives a
// reload. All of it is convenience: pages work without script, too.
(function () {
  "use strict";
  var root = document.documentElement;
  var narrow = matchMedia("(max-width: 1023px)");

  // The menu: folded or not is remembered; on narrow screens it opens for once.
  if (!narrow.matches && localStorage.getItem("side") === "folded") root.dataset.side = "folded";
  document.addEventListener("click", function (e) {
    if (e.target.closest("#fold")) {
      var open = narrow.matches ? "open" : "folded";
      if (root.dataset.side === open) delete root.dataset.side; else root.dataset.side = open;
      if (!narrow.matches) localStorage.setItem("side", root.dataset.side || "");
    } else if (root.dataset.side === "open" && !e.target.closest(".side")) {
      delete root.dataset.side;
    }
    document.querySelectorAll("details.menu[open]").forEach(function (d) { if (!d.contains(e.target)) d.open = false; });
    var opener = e.target.closest("[data-open]");
    if (opener) {
      var box = document.getElementById(opener.dataset.open);
      if (box && box.showModal) { box.showModal(); e.preventDefault(); }
    }
    var shut = e.target.closest("[data-shut]");
    if (shut) shut.closest("dialog, .toast").remove();
  });

  // A toast goes by itself, and its words leave the address, so that a reload does
  // not say them again.
  var toast = document.querySelector("[data-toast]");
  if (toast) {
    setTimeout(function () { toast.remove(); }, Number(toast.dataset.toast) * 1000);
    var u = new URL(location.href);
    ["did", "n", "undo"].forEach(function (name) { u.searchParams.delete(name); });
    history.replaceState(null, "", u);
  }

  // What was typed into a form with data-keep survives a reload of this tab. Forms
  // that hold personal data do not ask for it.
  document.querySelectorAll("form[data-keep]").forEach(function (form) {
    var name = "keep:" + location.pathname + ":" + form.dataset.keep;
    try {
      var kept = JSON.parse(sessionStorage.getItem(name) || "{}");
      Object.keys(kept).forEach(function (field) {
        var input = form.elements[field];
        if (input && input.type !== "hidden" && !input.value) input.value = kept[field];
      });
    } catch (e) { sessionStorage.removeItem(name); }
    form.addEventListener("input", function () {
      var now = {};
      Array.prototype.forEach.call(form.elements, function (input) {
        if (input.name && /^(text|search|number|textarea|select-one)$/.test(input.type)) now[input.name] = input.value;
      });
      sessionStorage.setItem(name, JSON.stringify(now));
    });
    form.addEventListener("submit", function () { sessionStorage.removeItem(name); });
  });
})();
