// An answer that was kept: the same views as on the query page, nothing to be changed.
import { showViews } from "./views.js";

showViews(document.getElementById("answer"), document.querySelector(".result-area"));
