// Draws the icons of the installed application from the brand mark, web/static/khue.svg:
//   node tools/icons.mjs
// Run again when the mark changes; what it writes is checked in.
import { readFileSync } from 'node:fs';
import { launch } from '../lib/browser.mjs';

const folder = new URL('../../web/static/', import.meta.url).pathname;
const mark = readFileSync(`${folder}khue.svg`, 'utf8');
const browser = await launch();
const page = await (await browser.newContext({ deviceScaleFactor: 1 })).newPage();


async function draw(name, size, { full = false } = {}) {
	await page.setViewportSize({ width: size, height: size });
	// To the edges: the square has no corners of its own, the system gives it some. Its star stays inside the circle.
	const svg = full ? mark.replace(/ rx="\d+"/, '') : mark;
	await page.setContent(
		`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`
	);
	await page.screenshot({ path: folder + name, omitBackground: true });
}

await draw('icon-192.png', 192);
await draw('icon-512.png', 512);
await draw('icon-mask-512.png', 512, { full: true });
// iOS rounds the corners itself and shows what is transparent as black.
await draw('icon-180.png', 180, { full: true });
await browser.close();
