/* What every page does: name its window, and say what keeps it from going on. */
(function () {
  "use strict";
  /* After what is shown, so that windows and bookmarks can be told apart. */
  function name() {
    var shown = document.querySelector("main h1");
    var title = shown && shown.textContent + ": geosafety";
    if (title && document.title !== title) { document.title = title; }
  }
  new MutationObserver(name).observe(document, { childList: true, subtree: true });

  /* Else a click would do nothing. */
  var fetched = window.fetch;
  window.fetch = function () {
    return fetched.apply(window, arguments).then(function (answer) {
      if (answer.status === 401) { say("You have been signed out. ", "Sign in again"); }
      if (answer.status > 500) { away(); }
      return answer;
    }, function (error) {
      away();
      throw error;
    });
  };

  function away() {
    say("The server does not answer. What you see is from before. ", "Try again");
  }

  function say(text, way) {
    var place = document.getElementById("notice");
    if (!place || place.querySelector("a")) { return; }
    var link = document.createElement("a");
    link.href = window.location.href;
    link.textContent = way;
    place.replaceChildren(text, link);
  }
})();
