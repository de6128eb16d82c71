/* The map of a plan: areas by state, venues as marks of different shapes. */
(function () {
  "use strict";
  var gs = (window.geosafety = window.geosafety || {});
  var fitted = null;

  gs.planArea = function (feature, context) {
    var seen = context.hideout;
    if (fitted !== context.map) {
      fitted = context.map;
      window.setTimeout(function () {
        context.map.fitBounds(seen.bounds, { padding: [10, 10], animate: false });
      }, 0);
    }
    var fill = seen.colours[seen.states[feature.properties.id]] || "#ffffff";
    return { fillColor: fill, fillOpacity: 0.9, color: "#8b929c", weight: 0.4, opacity: 1 };
  };

  gs.planMark = function (feature, at) {
    var p = feature.properties;
    if (p.state === "reach") {
      return window.L.circle(at, { pane: "venues", radius: p.metres, color: "#8a1538", weight: 1.5, fill: false,
                                   dashArray: "5 4", interactive: false });
    }
    if (p.state === "other") {
      return window.L.circleMarker(at, { pane: "venues", radius: 4, color: "#4a4f57", weight: 1.5,
                                         fillColor: "#ffffff", fillOpacity: 1 });
    }
    var pick = p.state === "pick";
    var icon = window.L.divIcon({ className: "plan-mark " + p.state,
                                  html: "<span>" + (pick ? gs.escape(p.rank) : "") + "</span>",
                                  iconSize: pick ? [26, 26] : [16, 16] });
    return window.L.marker(at, { pane: "venues", icon: icon, keyboard: false, zIndexOffset: pick ? 1000 : 0 });
  };

  gs.planName = function (feature, layer) {
    var p = feature.properties;
    if (p.state === "reach") { return; }
    layer.bindTooltip("<strong>" + gs.escape(p.name) + "</strong>",
                      { direction: "top", opacity: 1 });
  };
})();
