/* Say so when the server no longer knows who this is: else a click would do nothing. */
(function () {
  "use strict";
  var fetched = window.fetch;
  window.fetch = function () {
    return fetched.apply(window, arguments).then(function (answer) {
      if (answer.status === 401) { say(); }
      return answer;
    });
  };

  function say() {
    var place = document.getElementById("notice");
    if (!place || place.querySelector("a")) { return; }
    var link = document.createElement("a");
    link.href = window.location.href;
    link.textContent = "Sign in again";
    place.replaceChildren("You have been signed out. ", link);
  }
})();
