// The timed figures of the client, as a person on a slow line and a slow machine meets it: 1.6 Mbit/s, 150 ms, a
// processor four times slower, median of five. And what Lighthouse says. `make bench` runs it against a release build:
//   KHUE_E2E_URL=http://localhost:… KHUE_E2E_ACCOUNTS=accounts.json node tools/timings.mjs [--rounds 5] [--no-lighthouse]
// Prints a table of goals; ends with 0 whether they are met or not, since a machine's speed is nobody's fault.
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { accountOf, accounts, ask, baseURL, launch, signIn, sizes, switches } from '../lib/browser.mjs';

const option = (name, fallback) => {
	const at = process.argv.indexOf(`--${name}`);
	return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const rounds = option('rounds', 5);
const slowness = 4;
const line = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8 };

const started = 'one unit, from a link, the client kept';
const rows = [];
const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];

function row(what, all, goal, unit, better) {
	const middle = median(all);
	const met = better === 'less' ? middle <= goal : middle >= goal;
	const sign = better === 'less' ? '≤' : '≥';
	const spread = `${Math.min(...all)} to ${Math.max(...all)}`;
	rows.push(met);
	console.log(
		`${what.padEnd(44)} ${String(middle).padStart(6)} ${unit.padEnd(3)} ${`(${spread})`.padEnd(18)} ${sign} ${String(goal).padStart(4)}  ${met ? 'pass' : 'MISS'}`
	);
}

async function throttle(context, page) {
	const wire = await context.newCDPSession(page);
	await wire.send('Network.enable');
	await wire.send('Network.emulateNetworkConditions', line);
	await wire.send('Emulation.setCPUThrottlingRate', { rate: slowness });
}

/**
 * From the start of the page, in the page's own clock, until what is looked for is painted and the main thread answers:
 * from then on typing and clicking do something.
 */
const usable = (page, selector) =>
	page.evaluate(
		(wanted) =>
			new Promise((done) => {
				const look = () => {
					const element = document.querySelector(wanted);
					if (!element || element.getBoundingClientRect().height === 0) return requestAnimationFrame(look);
					requestAnimationFrame(() => setTimeout(() => done(Math.round(performance.now()))));
				};
				look();
			}),
		selector
	);

async function signInInteractive(browser) {
	const context = await browser.newContext(sizes.phone);
	const page = await context.newPage();
	await throttle(context, page);
	await page.goto('/dang-nhap', { waitUntil: 'commit' });
	const ms = await usable(page, 'input[name="login"]');
	await context.close();
	return ms;
}

/** Clicks inside the page and waits for what is wanted to be painted, all in the page's clock. */
const stepTo = (page, click, content) =>
	page.evaluate(
		([to, wanted]) =>
			new Promise((done, fail) => {
				const element = document.querySelector(to);
				if (!element) return fail(new Error(`nothing to click: ${to}`));
				const begin = performance.now();
				element.click();
				const look = () => {
					const found = document.querySelector(wanted);
					if (!found || found.getBoundingClientRect().height === 0) return requestAnimationFrame(look);
					requestAnimationFrame(() => setTimeout(() => done(Math.round(performance.now() - begin))));
				};
				requestAnimationFrame(look);
			}),
		[click, content]
	);

/** The walk of one visit: each screen for the first time, its code and data not yet here. */
async function walk(browser, unit) {
	const context = await browser.newContext({ viewport: sizes.desk.viewport });
	const page = await context.newPage();
	await throttle(context, page);
	await page.goto('/dang-nhap');
	// Typing takes a person some seconds, in which the first screen's code comes.
	await page.getByLabel('Tên đăng nhập').pressSequentially(accounts[0].login, { delay: 60 });
	await page.getByLabel('Mật khẩu', { exact: true }).fill(accounts[0].password);
	await page.waitForTimeout(1500);
	const times = {};
	// The password's digest is meant to take its time: counted, on the server's own clock unthrottled.
	times['today, after signing in'] = await stepTo(page, 'button[type="submit"]', 'a.step');
	await page.waitForTimeout(2500);
	times['units, the tree'] = await stepTo(page, '.side a[href="/don-vi"]', '[role="treeitem"]');
	await page.waitForTimeout(1000);
	times['units, the list'] = await stepTo(page, 'input[value="bang"]', 'tbody tr');
	await page.waitForTimeout(1000);
	times['one unit'] = await stepTo(page, 'tbody a', '[role="tab"]');
	await page.waitForTimeout(1000);
	times['account'] = await stepTo(page, '.side a[href="/tai-khoan"]', '#phien tbody tr');
	await page.waitForTimeout(1000);
	times['today again'] = await stepTo(page, '.side a[href="/"]', 'a.step');
	await page.waitForTimeout(1000);
	// As the installed client starts: everything on the device, the data over the slow line.
	await page.waitForFunction(async () => (await navigator.serviceWorker.ready).active?.state === 'activated');
	await page.goto(`/don-vi/${unit}`, { waitUntil: 'commit' });
	times[started] = await usable(page, '[role="tab"]');
	await context.close();
	return times;
}

/** A head's walk through a school: its classes, a class with all its pupils, one of them, the list. */
async function schoolWalk(browser) {
	const context = await browser.newContext({ viewport: sizes.desk.viewport });
	const page = await context.newPage();
	await signIn(page, accountOf('head'));
	const school = (await ask(page, '/me')).grants[0].unit.id;
	const { items } = await ask(page, `/schools/${school}/classes`);
	const largest = items.reduce((a, b) => (b.pupils > a.pupils ? b : a));
	await throttle(context, page);
	await page.waitForTimeout(1500);
	const base = `/truong/${school}`;
	const times = {};
	const step = async (name, click, content) => {
		times[name] = await stepTo(page, click, content);
		await page.waitForTimeout(1500);
	};
	// Without the throttle's line the page would have been warm: the first screen of a school brings the shell of it.
	await step('classes of a school', '.side a[href*="lop"]', `tbody a[href="${base}/lop/${largest.id}"]`);
	await step(
		`a class of ${largest.pupils} pupils`,
		`tbody a[href="${base}/lop/${largest.id}"]`,
		`tbody tr:nth-child(${Math.min(largest.pupils, 40)})`
	);
	await step('a pupil', 'tbody a[href*="/hoc-sinh/"]', 'main dl dd');
	await step('pupils of a school', '.side a[href*="hoc-sinh"]', 'tbody tr:nth-child(30)');
	await context.close();
	return times;
}

async function lighthouse() {
	const { default: run } = await import('lighthouse');
	const folder = await mkdtemp(join(tmpdir(), 'khue-lighthouse.'));
	const context = await chromium.launchPersistentContext(folder, {
		...switches(['--remote-debugging-port=0']),
		baseURL,
		locale: 'vi-VN'
	});
	try {
		const { readFile } = await import('node:fs/promises');
		const port = Number((await readFile(join(folder, 'DevToolsActivePort'), 'utf8')).split('\n')[0]);
		const categories = ['performance', 'accessibility', 'best-practices'];
		for (const [name, path] of [
			['sign-in', '/dang-nhap'],
			['today', '/']
		]) {
			if (path === '/') await signIn(context.pages()[0] ?? (await context.newPage()));
			const scores = Object.fromEntries(categories.map((category) => [category, []]));
			const named = new Map();
			for (let i = 0; i < rounds; i++) {
				const result = await run(
					`${baseURL}${path}`,
					{ port, logLevel: 'error', output: 'json', onlyCategories: categories, disableStorageReset: path === '/' },
					undefined
				);
				if (!result) throw new Error('Lighthouse said nothing');
				for (const category of categories)
					scores[category].push(Math.round((result.lhr.categories[category]?.score ?? 0) * 100));
				for (const audit of Object.values(result.lhr.audits)) {
					const counts = categories.some((category) =>
						result.lhr.categories[category]?.auditRefs.some(({ id, weight }) => id === audit.id && weight > 0)
					);
					if (counts && audit.score !== null && audit.score < 0.9)
						named.set(audit.id, `${audit.title}${audit.displayValue ? `: ${audit.displayValue}` : ''}`);
				}
			}
			for (const category of categories) row(`Lighthouse, ${name}: ${category}`, scores[category], 95, '', 'more');
			for (const text of named.values()) console.log(`    it names: ${text}`);
		}
	} finally {
		await context.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

console.log(
	`\nThe client at ${baseURL}: 1.6 Mbit/s, 150 ms, processor ${slowness} times slower, median of ${rounds}\n`
);
const browser = await launch();
const looking = await (await browser.newContext()).newPage();
await signIn(looking);
const me = await ask(looking, '/me');
await looking.context().close();

const interactive = [];
for (let i = 0; i < rounds; i++) interactive.push(await signInInteractive(browser));
row('sign-in interactive, first visit', interactive, 2000, 'ms', 'less');
const walks = [];
for (let i = 0; i < rounds; i++) walks.push(await walk(browser, me.grants[0].unit.id));
for (let i = 0; i < rounds; i++) walks.push(await schoolWalk(browser));
for (const name of new Set(walks.flatMap(Object.keys))) {
	const all = walks.map((times) => times[name]).filter((time) => time !== undefined);
	// A whole start, not a step: measured like the sign-in page.
	row(name, all, name === started ? 2000 : 1000, 'ms', 'less');
}
await browser.close();
if (!process.argv.includes('--no-lighthouse')) await lighthouse();
console.log(`\n${rows.filter(Boolean).length} of ${rows.length} goals are met`);
