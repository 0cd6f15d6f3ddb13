// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
// SPDX-License-Identifier: GPL-3.0-or-later

// Build the page of the role from its sources: `node build.mjs`, in a copy of this folder with its packages installed.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const read = (name) => readFileSync(name, "utf8");
const options = { bundle: true, minify: true, write: false, charset: "ascii", legalComments: "none", target: "es2022" };

async function bundle(entry) {
  const { outputFiles } = await build({ ...options, entryPoints: [entry], format: "iife" });
  return outputFiles[0].text.trim();
}

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const script = await bundle("src/main.ts");
const style = await bundle("style.css");
// It allows the one script and the one style sheet that are part of the page, and nothing else.
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)}`,
  `style-src ${hash(style)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");
const parts = { POLICY: policy, STYLE: style, SCRIPT: script };
const page = read("page.html")
  // The first comment has the license of the page alone.
  .replace(/(?<=<!--\n)[^]*?(?=-->)/, () => read("notice.txt"))
  .replace(/%(POLICY|STYLE|SCRIPT)%/g, (_mark, name) => parts[name]);
writeFileSync("report.html", page);
