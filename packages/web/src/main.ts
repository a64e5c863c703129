import "./styles/base.css";
import "./styles/pane.css";
import "./styles/library.css";
import "./styles/browse.css";
import "./styles/imagine.css";
import "./styles/print.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { speech } from "./texts/language.svelte.js";

const target = document.getElementById("app");
if (!target) throw new Error("the page has no place to be drawn into");
// What is drawn first is drawn in the language that is read.
void speech.begin().then(() => mount(App, { target }));
