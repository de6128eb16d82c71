/* The page's map: style by class, tooltips, the view in the address bar. The patterns
   come from /patterns.js. `now` holds the latest figures, whatever was drawn with. */
(function () {
  "use strict";
  var gs = (window.geosafety = window.geosafety || {});
  var VERDICTS = { h: "clearly higher", l: "clearly lower", H: "likely higher, not certain",
                   L: "likely lower, not certain", s: "no meaningful difference",
                   u: "a difference cannot be told" };
  var STATES = { s: "hidden: too few to show", i: "incomplete: the source does not cover it",
                 n: "no figure available" };
  var now = null;
  var map = null;
  var naming = 0;
  var labelling = 0;
  var named = [];  // the names of areas that are drawn now
  var walking = 0;
  var asked = 0;  // when the list or the search box was last used

  gs.style = function (feature, context) {
    now = now || context.hideout;
    if (map !== context.map) { settle(context.map, context.hideout.bounds); }
    return drawn(feature.properties);
  };

  /* Over a surface the areas keep only their borders. */
  function drawn(properties) {
    var line = gs.look(now.symbols[properties.id] || "n", now.colours);
    if (!now.bare) { return line; }
    return Object.assign(line, { fillColor: "#ffffff", fillOpacity: 0, color: "#4a4f57",
                                 weight: 0.6, dashArray: null });
  }

  /* Fit the Force, and keep it fitted until the reader moves the map. */
  function settle(newMap, bounds) {
    map = newMap;
    var moved = false;
    function fit() { if (!moved) { map.fitBounds(bounds, { padding: [8, 8], animate: false }); } }
    gs.whole = function () { moved = false; fit(); };
    map.on("dragstart dblclick", function () { moved = true; });
    map.getContainer().addEventListener("wheel", function () { moved = true; }, { passive: true });
    map.on("resize", fit);
    map.on("moveend", function () { window.clearTimeout(labelling); labelling = window.setTimeout(label, 150); });
    window.setTimeout(fit, 0);
  }

  function words(properties) {
    var i = properties.id;
    var symbol = now.symbols[i] || "n";
    var lines = ["<strong>" + gs.escape(properties.name) + "</strong>"];
    if (now.plain) {
      lines.push(gs.escape(now.texts[i]));
    } else if (STATES[symbol]) {
      lines.push(STATES[symbol]);
    } else {
      lines.push(gs.escape(now.texts[i] + " " + now.unit));
      if (VERDICTS[now.verdicts[i]]) { lines.push(VERDICTS[now.verdicts[i]]); }
      if ("abcdey".indexOf(symbol) >= 0) { lines.push("few cases: read with care"); }
    }
    return lines.join("<br>");
  }

  gs.each = function (feature, layer) {
    if (!naming) { naming = window.setTimeout(name, 300); }
    layer.bindTooltip(function () { return words(feature.properties); },
                      { sticky: true, direction: "top", opacity: 1 });
  };

  /* An area chosen in the list or by name is flown to if it is too small to be seen. */
  gs.fly = function (feature, layer, context) {
    if (!context.map || Date.now() - asked > 8000) { return; }
    asked = 0;
    var box = layer.getBounds();
    var a = context.map.latLngToContainerPoint(box.getNorthWest());
    var b = context.map.latLngToContainerPoint(box.getSouthEast());
    var seen = context.map.getBounds().contains(box);
    if (seen && Math.max(b.x - a.x, b.y - a.y) > 36) { return; }
    var calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    context.map.fitBounds(box.pad(2.5), { maxZoom: 13, animate: !calm });
  };

  gs.place = function (feature, latlng) {
    var icon = window.L.divIcon({ className: "place", iconSize: [0, 0],
      html: "<span>" + gs.escape(feature.properties.name) + "</span>" });
    return window.L.marker(latlng, { icon: icon, interactive: false, keyboard: false,
                                     pane: "names" });
  };

  gs.venue = function (feature, latlng) {
    var icon = window.L.divIcon({ className: "venue", iconSize: [14, 14] });
    var p = feature.properties;
    return window.L.marker(latlng, { icon: icon, keyboard: false, pane: "venues" })
      .bindTooltip("<strong>" + gs.escape(p.name) + "</strong><br>" + gs.escape(p.postcode),
                   { direction: "top", opacity: 1 });
  };

  /* Names of the areas themselves, from where they are wide enough to hold them. */
  function label() {
    if (!map || map.getZoom() < 11.5) { named.forEach(function (m) { m.remove(); }); named = []; return; }
    var view = map.getBounds();
    named.forEach(function (m) { m.remove(); });
    named = [];
    eachArea(function (layer) {
      var box = layer.getBounds();
      if (named.length > 70 || !view.contains(box.getCenter())) { return; }
      var width = map.latLngToContainerPoint(box.getSouthEast()).x -
                  map.latLngToContainerPoint(box.getNorthWest()).x;
      var name = layer.feature.properties.name;
      if (width < 7 * name.length) { return; }
      named.push(gs.place(layer.feature, layer.getCenter()).addTo(map));
    });
  }

  function eachArea(act) {
    if (!map || !now) { return; }
    map.eachLayer(function (layer) {
      var area = layer.feature && layer.setStyle && layer.getTooltip && layer.getTooltip();
      if (area) { act(layer); }
    });
  }

  /* Offer every area's name in the search box; the code follows where two share one. */
  function name() {
    naming = 0;
    var list = document.getElementById("area-names");
    if (!list) { return; }
    var found = [];
    var counts = {};
    eachArea(function (layer) {
      var p = layer.feature.properties;
      found.push(p);
      counts[p.name] = (counts[p.name] || 0) + 1;
    });
    found.sort(function (a, b) { return a.name.localeCompare(b.name); });
    list.replaceChildren.apply(list, found.map(function (p) {
      var option = document.createElement("option");
      option.value = counts[p.name] > 1 ? p.name + " (" + p.code + ")" : p.name;
      return option;
    }));
  }

  /* A change that came while the polygons were still loading must not be lost: the
     colours always follow the key. */
  function repaint() {
    eachArea(function (layer) {
      layer.setStyle(drawn(layer.feature.properties));
    });
  }

  gs.light = function (symbols) {
    if (!now || now.bare) { return; }
    eachArea(function (layer) {
      var own = now.symbols[layer.feature.properties.id] || "n";
      var faint = symbols && symbols.indexOf(own) < 0;
      layer.setStyle({ fillOpacity: own === "s" ? 0 : faint ? 0.15 : 1 });
    });
  };

  document.addEventListener("mouseover", function (event) {
    var bar = event.target.closest && event.target.closest("[data-symbols]");
    if (bar) { gs.light(bar.dataset.symbols); gs.lit = true; }
    else if (gs.lit) { gs.light(""); gs.lit = false; }
  });
  ["click", "change"].forEach(function (kind) {
    document.addEventListener(kind, function (event) {
      if (event.target.closest && event.target.closest(".side")) { asked = Date.now(); }
    }, true);
  });
  document.addEventListener("click", function (event) {
    if (event.target.id === "whole" && gs.whole) { gs.whole(); }
  });

  /* Up and down walk the list beside the map, and the map follows. */
  document.addEventListener("keydown", function (event) {
    var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    var here = event.target.closest && event.target.closest("#ranking button");
    if (!step || !here || event.ctrlKey || event.altKey || event.metaKey) { return; }
    var list = Array.from(document.querySelectorAll("#ranking button"));
    var next = list[list.indexOf(here) + step];
    event.preventDefault();
    if (!next) { return; }
    next.focus();
    window.clearTimeout(walking);
    walking = window.setTimeout(function () { next.click(); }, 180);
  });

  /* List and card are made anew when an area is chosen: whoever walks one stays there. */
  var within = null;
  document.addEventListener("focusin", function (event) {
    within = event.target.closest && event.target.closest("#ranking, #card");
  });
  function stay() {
    if (!within || document.activeElement !== document.body) { return; }
    var here = within.querySelector(within.id === "card" ? "h2" : "[aria-pressed=true]");
    if (here && here.matches("h2")) { here.tabIndex = -1; }
    if (here) { here.focus(); }
  }

  /* Leaflet focuses the map by script when it is clicked; the ring is for the keyboard. */
  document.addEventListener("pointerdown", function () {
    document.documentElement.classList.add("by-mouse");
  }, true);
  document.addEventListener("keydown", function () {
    document.documentElement.classList.remove("by-mouse");
  }, true);

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    geosafety: {
      latest: function (hideout) {
        now = hideout;
        window.setTimeout(repaint, 0);
        // The card may be drawn late on a busy computer.
        [60, 300, 1200, 4000].forEach(function (wait) { window.setTimeout(stay, wait); });
        return "";
      },
      push: function (search) {
        if (search && search !== window.location.search) {
          window.history.pushState({}, "", window.location.pathname + search);
        }
        return "";
      }
    }
  });
})();
