/* Fill patterns for Leaflet's canvas: a fill colour "hatch:#aabbcc" is the colour under
   diagonal lines, "dots" is dots on white. Used by the page and by the folium map, so
   that a pattern means the same in both. */
(function () {
  "use strict";
  var cache = {};
  function tile(size, draw) {
    var canvas = document.createElement("canvas");
    canvas.width = canvas.height = size;
    var ctx = canvas.getContext("2d");
    draw(ctx, size);
    return ctx.createPattern(canvas, "repeat");
  }
  function isDark(hex) {
    var n = parseInt(hex.slice(1), 16);
    return 0.3 * (n >> 16) + 0.6 * ((n >> 8) & 255) + 0.1 * (n & 255) < 130;
  }
  function hatch(colour) {
    return tile(8, function (ctx, s) {
      ctx.fillStyle = colour;
      ctx.fillRect(0, 0, s, s);
      ctx.strokeStyle = isDark(colour) ? "#ffffff" : "#333333";
      ctx.lineWidth = 1.1;
      ctx.beginPath();
      [-s, 0, s].forEach(function (x) {
        ctx.moveTo(x - 1, s + 1);
        ctx.lineTo(x + s + 1, -1);
      });
      ctx.stroke();
    });
  }
  function dots() {
    return tile(7, function (ctx, s) {
      ctx.fillStyle = "#ffffff";
      ctx.fillRect(0, 0, s, s);
      ctx.fillStyle = "#4a4f57";
      ctx.beginPath();
      ctx.arc(s / 2, s / 2, 1.3, 0, 2 * Math.PI);
      ctx.fill();
    });
  }
  /* Not tested: a grid of lines; the hatching of what is fragile runs one way only. */
  function grid() {
    return tile(7, function (ctx, s) {
      ctx.fillStyle = "#ffffff";
      ctx.fillRect(0, 0, s, s);
      ctx.fillStyle = "#6b7280";
      ctx.fillRect(0, 0, s, 1);
      ctx.fillRect(0, 0, 1, s);
    });
  }
  function pattern(name) {
    if (!cache[name]) {
      cache[name] = name === "dots" ? dots() : name === "grid" ? grid()
        : hatch(name.slice("hatch:".length));
    }
    return cache[name];
  }
  /* How an area is drawn, by the one character of its class; see classes.py. */
  function look(symbol, colours) {
    var line = { color: "#ffffff", weight: 0.7, opacity: 1, dashArray: null,
                 fill: true, fillOpacity: 1, fillColor: "#ffffff" };
    var low = "abcde".indexOf(symbol);
    if (symbol >= "0" && symbol <= "4") { line.fillColor = colours[+symbol]; }
    else if (low >= 0) { line.fillColor = pattern("hatch:" + colours[low]); }
    else if (symbol === "z") { line.color = "#8b929c"; }
    else if (symbol === "y") { line.fillColor = pattern("hatch:#ffffff"); line.color = "#8b929c"; }
    else if (symbol === "s") { line.fillOpacity = 0; line.color = "#4a4f57"; line.weight = 1.3; line.dashArray = "3 3"; }
    else if (symbol === "i") { line.fillColor = pattern("dots"); line.color = "#8b929c"; }
    else if (symbol === "g") { line.fillColor = "#dcdee1"; }
    else if (symbol === "t") { line.fillColor = pattern("dots"); line.color = "#8b929c"; }
    else if (symbol === "u") { line.fillColor = pattern("grid"); line.color = "#8b929c"; }
    else if (symbol === "o") { line.fillOpacity = 0; line.color = "#4a4f57"; line.weight = 0.9; }
    else { line.fillColor = "#b4b9c1"; }
    return line;
  }
  function escape(text) {
    return String(text).replace(/[&<>"']/g, function (c) { return "&#" + c.charCodeAt(0) + ";"; });
  }
  window.geosafety = Object.assign(window.geosafety || {}, { look: look, escape: escape });
})();
