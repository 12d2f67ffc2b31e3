// Pictures of screens, to be looked at:
//   node tools/shots.mjs <folder> <login> <path>... ; KHUE_E2E_URL names the server.
import { mkdirSync } from 'node:fs';
import { launch, quiet, signIn, watch } from '../lib/browser.mjs';

const [folder = 'test-results', login = '', ...paths] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await launch();
for (const [size, viewport] of [
	['desk', { width: 1280, height: 800 }],
	['phone', { width: 390, height: 844 }]
]) {
	for (const colorScheme of ['light', 'dark']) {
		const context = await browser.newContext({ viewport, colorScheme, locale: 'vi-VN' });
		const page = await context.newPage();
		watch(page);
		page.on('console', (message) => message.type() === 'error' && console.log(size, message.text()));
		page.on('pageerror', (error) => console.log(size, error.message));
		if (login) await signIn(page);
		for (const path of paths) {
			await page.goto(path);
			await page.waitForSelector('h1');
			await quiet(page);
			const name = path.replace(/[^a-z0-9]+/gi, '_').replace(/^_|_$/g, '') || 'home';
			await page.screenshot({ path: `${folder}/${name}-${size}-${colorScheme}.png` });
		}
		await context.close();
	}
}
await browser.close();
