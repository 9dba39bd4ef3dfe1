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
// A row unfolds below itself: its lines, stock, packages and notes, asked for when they
// are wanted. → unfolds the row one stands on, ← folds it.
(function () {
  "use strict";
  var form = document.getElementById("bulk");
  if (!form) return;
  function below(row) { var next = row.nextElementSibling; return next && next.classList.contains("unfolded") ? next : null; }
  function fold(row) {
    var open = below(row);
    if (open) open.remove();
    row.querySelector("[data-brief]").setAttribute("aria-expanded", "false");
    return !!open;
  }
  function unfold(row) {
    var button = row.querySelector("[data-brief]");
    if (below(row)) return false;
    var tr = document.createElement("tr"), td = document.createElement("td");
    tr.className = "unfolded";
    td.colSpan = row.children.length;
    td.textContent = "…";
    tr.append(td);
    row.after(tr);
    button.setAttribute("aria-expanded", "true");
    var limit = new AbortController(), stop = setTimeout(function () { limit.abort(); }, 5000);
    fetch(button.dataset.brief + "?part=live", { credentials: "same-origin", signal: limit.signal }).then(function (a) {
      if (!a.ok) throw new Error(String(a.status));
      return a.text();
    }).then(function (html) { td.innerHTML = html; }).catch(function () {
      var again = document.createElement("a"), pulse = document.getElementById("pulse");
      again.href = button.dataset.brief;
      again.textContent = pulse && pulse.dataset.lost || button.getAttribute("aria-label");
      td.replaceChildren(again);
    }).finally(function () { clearTimeout(stop); });
    return true;
  }
  form.querySelectorAll("[data-brief]").forEach(function (b) { b.hidden = false; });
  form.addEventListener("click", function (e) {
    var button = e.target.closest("[data-brief]");
    if (button) { var row = button.closest("[data-row]"); if (!fold(row)) unfold(row); }
  });
  document.addEventListener("keydown", function (e) {
    if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || e.shiftKey || e.key !== "ArrowRight" && e.key !== "ArrowLeft") return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) && e.target.type !== "checkbox" || document.querySelector("dialog[open]")) return;
    var row = form.querySelector("[data-row].at");
    if (row && (e.key === "ArrowRight" ? unfold(row) : fold(row))) e.preventDefault();
  });
})();
