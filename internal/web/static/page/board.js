// Keeps a board fresh: an event stream, whose figures, queues and curve are put in
// place. When nothing came for a while the board turns grey and says so.
(function () {
  "use strict";
  var board = document.getElementById("board");
  var pulse = document.getElementById("pulse");
  if (!board || !window.EventSource) return;
  var chart = null, last = 0;

  function color(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }
  function text(node, value) { if (node && node.textContent !== value) node.textContent = value; }

  function show(b) {
    last = Date.now();
    board.classList.remove("stale");
    b.figures.forEach(function (f) {
      var box = document.getElementById("figure-" + f.ID);
      if (!box) return;
      text(box.querySelector("b"), f.Value);
      text(box.querySelector("small"), f.Beside);
    });
    text(document.getElementById("clock"), b.clock);
    b.rows.forEach(function (q) {
      var row = document.querySelector('#queues tr[data-word="' + q.Word + '"]');
      if (!row) return;
      text(row.children[1], q.Orders.toLocaleString("en"));
      text(row.children[2], q.Age);
    });
    var body = document.querySelector("#top tbody");
    if (body && b.top) {
      body.replaceChildren.apply(body, b.top.map(function (t) {
        var row = document.createElement("tr"), name = document.createElement("td"), n = document.createElement("td");
        name.textContent = t.name; name.title = t.code; n.textContent = t.units.toLocaleString("en"); n.className = "num";
        row.append(name, n);
        return row;
      }));
      body.parentNode.hidden = !b.top.length;
    }
    curve(b);
    if (pulse) { pulse.textContent = pulse.dataset.live; pulse.className = "pulse live"; }
  }

  function curve(b) {
    var place = document.getElementById("curve");
    if (!place || !window.echarts) return;
    var now = new Date(b.at / 1000 + 8 * 3600e3).getUTCHours(); // the house's hour
    if (!chart) { chart = echarts.init(place, null, { renderer: "canvas" }); addEventListener("resize", function () { chart.resize(); }); }
    chart.setOption({
      animation: false, grid: { left: 40, right: 12, top: 28, bottom: 24 }, tooltip: { trigger: "axis" },
      legend: { right: 0, top: 0, textStyle: { color: color("--muted") } },
      xAxis: { type: "category", data: b.hours.map(function (_, h) { return h + ":00"; }), axisLabel: { color: color("--muted") }, axisLine: { lineStyle: { color: color("--line") } } },
      yAxis: { type: "value", minInterval: 1, axisLabel: { color: color("--muted") }, splitLine: { lineStyle: { color: color("--line") } } },
      series: [
        { name: b.words.today, type: "bar", barMaxWidth: 18, itemStyle: { color: color("--act") }, data: b.hours.map(function (n, h) { return h > now ? null : n; }) },
        { name: b.words.yesterday, type: "line", smooth: true, showSymbol: false, lineStyle: { color: color("--edge"), type: "dashed" }, itemStyle: { color: color("--edge") }, data: b.before }
      ]
    });
  }

  function lost() { if (pulse) { pulse.textContent = pulse.dataset.lost; pulse.className = "pulse lost"; } }
  function hear(kind, data) { if (kind === "board") show(JSON.parse(data)); else lost(); }

  // The tabs of a browser share one stream, for each person and language; where there is
  // no shared worker each tab has its own.
  function alone() {
    var stream = new EventSource(board.dataset.stream);
    stream.addEventListener("board", function (e) { hear("board", e.data); });
    stream.onerror = function () { hear("lost"); };
    return function () { stream.close(); };
  }
  function shared() {
    var worker = new SharedWorker(board.dataset.worker, { name: board.dataset.share }), own = null;
    worker.onerror = function () { if (!own) own = alone(); };
    worker.port.onmessage = function (m) { hear(m.data.kind, m.data.data); };
    worker.port.postMessage(new URL(board.dataset.stream, location.href).href);
    return function () { worker.port.postMessage("bye"); if (own) own(); };
  }
  var leave = window.SharedWorker && board.dataset.worker ? shared() : alone();
  setInterval(function () { board.classList.toggle("stale", last > 0 && Date.now() - last > 20000); }, 5000);
  addEventListener("pagehide", function () { leave(); });

  // A screen on the wall moves a little every minute, so that nothing burns in.
  if (document.body.classList.contains("page-big")) {
    var n = 0;
    setInterval(function () { n = (n + 1) % 4; document.body.dataset.shift = n; }, 60000);
  }
})();
