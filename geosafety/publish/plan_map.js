/* What a plan's map draws: areas by state, venues as numbered marks; see patterns.js. */
function planArea(feature, layer) {
  layer.setStyle({
    fillColor: planAreas[feature.properties.s], fillOpacity: 0.85,
    color: "#8b929c", weight: 0.4, opacity: 1
  });
  layer.options.interactive = false;
}
function planMark(feature, at) {
  var p = feature.properties, look = planMarks[p.s];
  var mark = L.circleMarker(at, {
    pane: "over", radius: look[1], color: "#ffffff", weight: 1.5,
    fillColor: look[0], fillOpacity: 1
  });
  mark.bindTooltip("<strong>" + (p.r ? p.r + ". " : "") + geosafety.escape(p.n) +
    "</strong>", { direction: "top", opacity: 1 });
  var parts = [];
  if (p.m) {
    parts.push(L.circle(at, {
      pane: "over", radius: p.m, color: look[0], weight: 1.5, fill: false,
      dashArray: "5 4", interactive: false
    }));
  }
  parts.push(mark);
  if (p.r) {
    parts.push(L.marker(at, {
      pane: "over", interactive: false, keyboard: false, zIndexOffset: 100000,
      icon: L.divIcon({ className: "plan-number", html: String(p.r), iconSize: [22, 22] })
    }));
  }
  return L.featureGroup(parts);
}
