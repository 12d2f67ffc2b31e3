/**
 * Runs the browser tests, one file after another, and once more those files in which something failed.
 *
 *   node e2e/tools/run.mjs [FILES…]
 *
 * A browser on a busy machine is slow in ways no test can foresee: a failure is looked at twice, and both are shown. What
 * is broken fails twice.
 */
import { readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'specs');
const given = process.argv.slice(2).map((path) => resolve(path));
const all = readdirSync(folder)
	.filter((name) => name.endsWith('.spec.mjs'))
	.toSorted()
	.map((name) => join(folder, name));

/** The files in which a test failed, with the names of these tests. */
async function failures(files) {
	const failed = new Map();
	const stream = run({ files, concurrency: 1 });
	stream.on('test:fail', ({ file, name }) => {
		const at = files.find((one) => one === file || name.endsWith(one)) ?? file ?? name;
		failed.set(at, [...(failed.get(at) ?? []), name]);
	});
	const shown = stream.compose(spec);
	for await (const piece of shown) process.stdout.write(piece);
	return failed;
}

let failed = await failures(given.length > 0 ? given : all);
if (failed.size > 0) {
	console.log('\nA browser test failed. These files once more, to tell a fault from a slow machine:');
	for (const [file, names] of failed) console.log(`  ${file}: ${names.join('; ')}`);
	failed = await failures([...failed.keys()]);
}
process.exitCode = failed.size > 0 ? 1 : 0;
