// The till's worker. It keeps the till's page and what that page is made of, so that a
// reload without network finds them, and nothing else: no answer of the server, no
// price, nobody's name. The server writes a first line before this text, var kept =
// { version, files }, so that each new version of the house is a new worker.
"use strict";
/* global kept */
var NAME = "baihuo.till.", HERE = NAME + kept.version, PAGE = "/store/new", WAIT = 5000;

// keyOf gives the address under which the page of a shop is kept.
function keyOf(url) {
  var shop = new URL(url, location.origin).searchParams.get("shop");
  return PAGE + (shop ? "?shop=" + encodeURIComponent(shop) : "");
}

// keep fetches a page as it is kept: without who is signed in. One that this version did
// not make is left to the worker of its own version.
function keep(key) {
  return fetch(key + (key.indexOf("?") < 0 ? "?" : "&") + "kept=1", { redirect: "manual", cache: "no-store" }).then(function (r) {
    return caches.open(HERE).then(function (c) {
      if (r.status >= 500) return;
      if (!r.ok) return c.delete(key); // nobody is signed in, or may not sell there
      return r.clone().text().then(function (text) {
        if (text.indexOf("/static/" + kept.version + "/") >= 0) return c.put(key, r);
      });
    });
  });
}

// others are what earlier versions kept.
function others() {
  return caches.keys().then(function (names) { return names.filter(function (n) { return n.indexOf(NAME) === 0 && n !== HERE; }); });
}

// A new version comes into its own when it has all that the old one had: cut off in the
// middle, the old one stays.
addEventListener("install", function (e) {
  skipWaiting();
  e.waitUntil(caches.open(HERE).then(function (c) { return c.addAll(kept.files); }).then(others).then(function (names) {
    return Promise.all(names.map(function (name) {
      return caches.open(name).then(function (c) { return c.keys(); }).then(function (all) {
        return Promise.all(all.filter(function (r) { return new URL(r.url).pathname === PAGE; }).map(function (r) { return keep(keyOf(r.url)); }));
      });
    }));
  }));
});
addEventListener("activate", function (e) {
  e.waitUntil(others().then(function (names) { return Promise.all(names.map(function (n) { return caches.delete(n); })); }).then(function () { return clients.claim(); }));
});
addEventListener("message", function (e) {
  if (e.data && typeof e.data.keep === "string") e.waitUntil(keep(keyOf(e.data.keep)).catch(function () {})); // without network what is kept stays
});

function held(key) { return caches.open(HERE).then(function (c) { return c.match(key, { ignoreVary: true }); }); }

// page asks the server first, for so long as a clerk waits; what is kept answers where it
// does not.
function page(e) {
  var key = keyOf(e.request.url), stop = new AbortController(), late = setTimeout(function () { stop.abort(); }, WAIT);
  function instead(otherwise) { return held(key).then(function (r) { return r || otherwise; }); }
  return fetch(e.request, { signal: stop.signal }).then(function (r) {
    return r.status >= 502 && r.status <= 504 ? instead(r) : r;
  }, function () { return instead(Response.error()); }).finally(function () { clearTimeout(late); });
}

addEventListener("fetch", function (e) {
  var url = new URL(e.request.url);
  if (e.request.method !== "GET" || url.origin !== location.origin) return;
  if (e.request.mode === "navigate" && url.pathname === PAGE && !url.searchParams.has("lang")) e.respondWith(page(e));
  else if (url.pathname.indexOf("/static/" + kept.version + "/") === 0) e.respondWith(held(url.pathname).then(function (r) { return r || fetch(e.request); }));
});
