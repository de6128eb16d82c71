/* What one area of the standalone map says, and how it is drawn; see patterns.js. */
function geosafetyArea(feature, layer) {
  var p = feature.properties;
  var tip = "<strong>" + geosafety.escape(p.n) + "</strong><br>" + geosafety.escape(p.t) +
    ("sin".indexOf(p.s) < 0 ? geosafety.escape(geosafetyUnit) : "");
  var more = tip + (p.m ? "<br>" + geosafety.escape(p.m).split("|").join("<br>") : "");
  geosafetyDraw(layer);
  layer.bindTooltip(tip, { sticky: true, direction: "top", opacity: 1 });
  layer.bindPopup(more);
  layer.on("mouseover", function () {
    layer.setStyle({ color: "#0b0c0c", weight: 2.5, opacity: 1, dashArray: null });
    layer.bringToFront();
  });
  layer.on("mouseout", function () { geosafetyDraw(layer); });
}
function geosafetyDraw(layer) {
  layer.setStyle(geosafety.look(layer.feature.properties.s, geosafetyColours));
}
