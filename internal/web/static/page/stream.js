// A worker that all tabs of a browser share: it holds the one event stream and hands
// every board on to them. A browser opens six connections to a house, and eight tabs with
// a stream each would leave none for pages.
"use strict";
var ports = [], stream = null, last = null, again = 0;

function tell(kind, data) { ports.forEach(function (p) { p.postMessage({ kind: kind, data: data }); }); }

function open(address) {
  if (stream && stream.readyState !== EventSource.CLOSED) return;
  clearTimeout(again);
  stream = new EventSource(address);
  stream.addEventListener("board", function (e) { last = e.data; tell("board", last); });
  stream.onerror = function () {
    tell("lost");
    // A refusal ends a stream for good: somebody may have signed in again meanwhile.
    if (stream && stream.readyState === EventSource.CLOSED && ports.length) again = setTimeout(function () { open(address); }, 30000);
  };
}

function leave(port) {
  ports = ports.filter(function (p) { return p !== port; });
  if (ports.length) return;
  clearTimeout(again);
  if (stream) stream.close();
  stream = last = null;
}

onconnect = function (e) {
  var port = e.ports[0];
  port.onmessage = function (m) {
    if (m.data === "bye") return leave(port);
    if (ports.indexOf(port) < 0) ports.push(port);
    if (last) port.postMessage({ kind: "board", data: last });
    open(m.data);
  };
};
