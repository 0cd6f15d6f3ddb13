// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
// SPDX-License-Identifier: GPL-3.0-or-later

// Unpack the Chromium of the npm package @sparticuz/chromium: `node chromium.mjs PACKAGE FOLDER`.
//
// The package brings the libraries that Chromium needs, so that it starts without root on a machine without a desktop.

import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";

const [source, target] = process.argv.slice(2);
const packed = join(source, "bin");
mkdirSync(target, { recursive: true });
for (const name of readdirSync(packed)) {
  const file = join(target, name.replace(/\.br$/, ""));
  writeFileSync(file, brotliDecompressSync(readFileSync(join(packed, name))));
  if (file.endsWith(".tar")) execFileSync("tar", ["-xf", file, "-C", target]);
}
chmodSync(join(target, "chromium"), 0o755);
