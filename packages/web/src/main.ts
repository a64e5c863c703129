import "./styles/base.css";
import "./styles/pane.css";
import "./styles/library.css";
import "./styles/browse.css";
import "./styles/imagine.css";
import "./styles/print.css";
import { mount } from "svelte";
import App from "./App.svelte";

const target = document.getElementById("app");
if (!target) throw new Error("the page has no place to be drawn into");
mount(App, { target });
