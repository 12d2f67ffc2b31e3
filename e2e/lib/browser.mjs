import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

export const baseURL = process.env.KHUE_E2E_URL ?? 'http://127.0.0.1:4801';

export const sizes = {
	desk: { viewport: { width: 1280, height: 800 } },
	phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
};

/**
 * Who signs in. KHUE_E2E_ACCOUNTS is JSON or a file of it: a list of {login, password, …}, alone or as `accounts`, or an
 * object of them by name. The first one, or the one whose role is department_admin, has the widest rights.
 */
function readAccounts() {
	const given = process.env.KHUE_E2E_ACCOUNTS;
	if (!given) throw new Error('KHUE_E2E_ACCOUNTS names no accounts: scripts/e2e.sh starts a demo that has some');
	const parsed = JSON.parse(existsSync(given) ? readFileSync(given, 'utf8') : given);
	const list = Array.isArray(parsed) ? parsed : (parsed.accounts ?? Object.values(parsed));
	const usable = list.filter((one) => one?.login && one?.password);
	return usable.toSorted(
		(a, b) => Number(b.role === 'department_admin') - Number(a.role === 'department_admin')
	);
}

export const accounts = readAccounts();

/** How the browser is started, with more switches when they are given. */
export const switches = (args = []) => ({
	executablePath: process.env.KHUE_E2E_CHROMIUM ?? '/usr/bin/chromium',
	args: [
		'--no-sandbox',
		'--disable-gpu',
		'--disable-quic',
		'--no-first-run',
		'--disable-background-networking',
		'--disable-component-update',
		'--disable-sync',
		...args
	]
});

export async function launch(args = []) {
	const browser = await chromium.launch(switches(args));
	const plain = browser.newContext.bind(browser);
	browser.newContext = (options) => plain({ baseURL, locale: 'vi-VN', acceptDownloads: true, ...options });
	return browser;
}

const asked = new WeakMap();

/** Notes what a page asks for, so that `quiet` can tell when it is done. */
export function watch(page) {
	const open = new Set();
	asked.set(page, open);
	page.on('request', (request) => {
		// The stream of what happens elsewhere never ends.
		if (!new URL(request.url()).pathname.endsWith('/events')) open.add(request);
	});
	for (const ended of ['requestfinished', 'requestfailed']) page.on(ended, (request) => open.delete(request));
}

/** Waits until the page has asked for nothing for half a second, and at most so many milliseconds. */
export async function quiet(page, atMost = 30_000) {
	const open = asked.get(page);
	let still = 0;
	for (let waited = 0; still < 10; waited += 50) {
		if (waited > atMost) throw new Error(`still waiting for ${[...open].map((one) => one.url()).join(', ')}`);
		await page.waitForTimeout(50);
		still = open.size === 0 ? still + 1 : 0;
	}
}

/** A page that remembers what went wrong in it: nothing may, in any test. */
export async function open(browser, size = 'desk', options = {}) {
	const context = await browser.newContext({ ...sizes[size], ...options });
	const page = await context.newPage();
	page.setDefaultTimeout(10_000);
	watch(page);
	const wrong = [];
	page.on('pageerror', (error) => wrong.push(error.message));
	page.on('console', (message) => {
		// A refusal that the test provokes is an answer, not a fault of the page.
		if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
			wrong.push(message.text());
	});
	return {
		page,
		context,
		async close() {
			await context.close();
			assert.deepEqual(wrong, [], 'no error and no refused style or script in the page');
		}
	};
}

export async function signIn(page, account = accounts[0]) {
	await page.goto('/dang-nhap');
	await page.getByLabel('Tên đăng nhập').fill(account.login);
	await page.getByLabel('Mật khẩu', { exact: true }).fill(account.password);
	await page.getByRole('button', { name: 'Đăng nhập', exact: true }).click();
	await heading(page, 'Hôm nay');
}

export const heading = (page, name) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();

/** An answer of the server to the person who is signed in on this page. */
export const ask = (page, path) => page.evaluate(async (at) => (await fetch(`/api/v1${at}`)).json(), path);

/** A place in which this person may found a school: a commune of the province where the role is held. */
export async function unitToBuildIn(page) {
	const me = await ask(page, '/me');
	for (const grant of me.grants) {
		const held = await ask(page, `/units/${grant.unit.id}`);
		const province = held.edges.find((edge) => edge.kind === 'place')?.authority.id ?? '';
		const { items } = await ask(page, `/units?kind=commune&limit=10&parent=${province}`);
		for (const row of items) {
			const unit = await ask(page, `/units/${row.id}`);
			if (unit.may.includes('unit.create')) return unit;
		}
	}
	throw new Error('no commune in which this account may found a school');
}

/** A school of the test's own, so that nobody else edits it; in the place where schools can be founded. */
export async function newSchool(page, name, parent) {
	const place = parent ?? (await unitToBuildIn(page)).id;
	const made = await page.evaluate(
		async ([place, name]) => {
			const response = await fetch('/api/v1/units', {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ kind: 'school', name, parent: place, level: ['TH'], from: '2026-09-01' })
			});
			return { status: response.status, body: await response.json() };
		},
		[place, name]
	);
	assert.equal(made.status, 201, JSON.stringify(made.body));
	return made.body;
}

/** A unit to which this person may invite, and in which there is a role to give. */
export async function unitToInviteTo(page) {
	const me = await ask(page, '/me');
	const { items } = await ask(page, '/units?kind=school&limit=20');
	for (const row of [...items, ...me.grants.map((grant) => grant.unit)]) {
		const unit = await ask(page, `/units/${row.id}`);
		if (!unit.may.includes('account.invite')) continue;
		if ((await ask(page, `/roles?unit=${row.id}`)).items.length > 0) return unit;
	}
	throw new Error('no unit to which this account may invite');
}

/** Text without tone marks, as a hurried person types it. */
export const plain = (text) =>
	text
		.normalize('NFD')
		.replace(/[\u0300-\u036f]/g, '')
		.replace(/[đĐ]/g, 'd')
		.toLowerCase();

export const mark = () => Date.now().toString(36);

/** A given name that nobody else has, in letters only, as names are written. */
export const givenName = () => {
	const letters = mark().replace(/\d/g, (digit) => 'abcdeghiklm'[Number(digit)]);
	return letters[0].toUpperCase() + letters.slice(1);
};

/** The account of a role. */
export const accountOf = (role) => {
	const found = accounts.find((one) => one.role === role);
	assert.ok(found, `the demonstration has somebody who is ${role}`);
	return found;
};

/** Waits until the focus is where a person would find it. */
export async function focused(locator) {
	const element = await locator.elementHandle();
	await locator.page().waitForFunction((one) => one === document.activeElement, element);
}
