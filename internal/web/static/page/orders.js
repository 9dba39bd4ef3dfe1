// The order list comes back as it was left: what was ticked, where it was scrolled, and
// on which row one stood. It lives in this tab alone.
(function () {
  "use strict";
  var form = document.getElementById("bulk");
  if (!form) return;
  var name = "orders:" + location.search.replace(/[?&](did|n|undo)=[^&]*/g, "");
  function boxes() { return Array.prototype.slice.call(form.querySelectorAll("input[name=order]")); }
  addEventListener("pagehide", function () {
    var at = form.querySelector("[data-row].at");
    sessionStorage.setItem(name, JSON.stringify({ ticks: boxes().filter(function (b) { return b.checked; }).map(function (b) { return b.value; }), y: scrollY, at: at && at.dataset.row }));
  });
  var left = null;
  try { left = JSON.parse(sessionStorage.getItem(name)); } catch (e) { sessionStorage.removeItem(name); }
  var back = performance.getEntriesByType("navigation")[0];
  if (left && back && back.type !== "navigate") {
    boxes().forEach(function (b) { b.checked = left.ticks.indexOf(b.value) >= 0; if (b.checked) b.dispatchEvent(new Event("change", { bubbles: true })); });
    scrollTo(0, left.y);
  }
  if (left && left.at && window.baihuo) window.baihuo.rows().forEach(function (r) { if (r.dataset.row === left.at) window.baihuo.stand(r, true); });
  // A download leaves the page where it is: the form may be sent again.
  form.addEventListener("submit", function (e) { if (e.submitter && e.submitter.hasAttribute("data-again")) setTimeout(function () { delete form.dataset.sent; }, 1000); });
  // A letter of the bar means the row one stands on when nothing is ticked.
  document.addEventListener("keydown", function (e) {
    if (e.defaultPrevented || e.key.length !== 1 || e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) && e.target.type !== "checkbox") return;
    if (document.documentElement.dataset.keys === "off") return;
    var at = form.querySelector("[data-row].at"), button = form.querySelector('.bulk [data-key="' + e.key.toLowerCase() + '"]');
    if (!at || !button || boxes().some(function (b) { return b.checked; })) return;
    var box = at.querySelector("input[name=order]");
    box.checked = true;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }, true);
})();
