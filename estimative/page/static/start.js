// @ts-check
/** Starts the page where it has the document to itself. */

import { mount } from "./main.js";
import { Server } from "./protocol.js";

const entitle = (/** @type {string} */ title) => (document.title = `${title.slice(0, 80)} - estimative`);
mount(document.body, new Server(), { keys: document, entitle });
