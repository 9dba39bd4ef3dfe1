// Keeps the live part of a page fresh: asks for it every two seconds while the
// page is looked at, puts it in place, and says when the line is lost.
(function () {
  "use strict";
  var main = document.getElementById("main");
  var pulse = document.getElementById("pulse");
  var every = Number(main && main.dataset.refresh);
  if (!every || !pulse) return;
  var pause = every;

  function say(kind) {
    pulse.textContent = pulse.dataset[kind];
    pulse.className = "pulse " + kind;
  }

  function address() {
    var u = new URL(location.href);
    u.searchParams.set("part", "live");
    return u;
  }

  // What was looked at stays: the focus and how far tables were scrolled.
  function place(html) {
    var focused = document.activeElement && main.contains(document.activeElement) ? document.activeElement.id : "";
    var scrolled = Array.prototype.map.call(main.querySelectorAll(".scroll"), function (s) { return s.scrollLeft; });
    main.innerHTML = html;
    main.querySelectorAll(".scroll").forEach(function (s, i) { s.scrollLeft = scrolled[i] || 0; });
    var again = focused && document.getElementById(focused);
    if (again) again.focus({ preventScroll: true });
  }

  async function look() {
    if (document.hidden || (getSelection() && String(getSelection()))) return schedule();
    var slow = setTimeout(function () { say("loading"); }, 300);
    var limit = new AbortController();
    var stop = setTimeout(function () { limit.abort(); }, 5000);
    try {
      var answer = await fetch(address(), { signal: limit.signal, credentials: "same-origin" });
      if (answer.status === 401) return location.reload();
      if (!answer.ok) throw new Error(String(answer.status));
      place(await answer.text());
      say("live");
      pause = every;
    } catch (e) {
      say("lost");
      pause = Math.min(pause * 2, 30000);
    }
    clearTimeout(slow);
    clearTimeout(stop);
    schedule();
  }

  function schedule() { setTimeout(look, pause); }

  document.addEventListener("visibilitychange", function () { if (!document.hidden) pause = every; });
  say("live");
  schedule();
})();
