// The school's own authority as a device meets it: the page that teaches trust, and a browser that learned it.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import { sizes, switches } from '../lib/browser.mjs';

const program = process.env.KHUE_E2E_PROGRAM;
const name = 'khue.truong.local';
const skip = program ? false : 'KHUE_E2E_PROGRAM names no program; scripts/e2e.sh does';
const work = mkdtempSync(join(tmpdir(), 'khue-certificate.'));
let server;
let said = '';
let https;
let enrolment;

before(async () => {
	if (skip) return;
	const data = join(work, 'data');
	server = spawn(program, ['serve', '--data', data, '--listen', '127.0.0.1:0', '--http-listen', '127.0.0.1:0'], {
		env: { ...process.env, KHUE_TLS: 'local', KHUE_HOST: name, KHUE_LOG: 'error' },
		cwd: work,
		stdio: ['ignore', 'pipe', 'inherit']
	});
	server.stdout.on('data', (part) => (said += part));
	const begun = Date.now();
	while (!/(http:\/\/\S+\/tin-cay)/.test(said)) {
		assert.equal(server.exitCode, null, said);
		assert.ok(Date.now() - begun < 120_000, 'the server was not ready within two minutes');
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	https = /https:\/\/\S+/.exec(said)[0];
	enrolment = /http:\/\/\S+\/tin-cay/.exec(said)[0];
});
after(async () => {
	if (server && server.exitCode === null) {
		const ended = new Promise((resolve) => server.once('exit', resolve));
		server.kill('SIGTERM');
		await ended;
	}
	rmSync(work, { recursive: true, force: true });
});

/** A browser of its own, with roots of its own, for which every name is this machine. */
async function browserThatTrusts(pem) {
	const home = mkdtempSync(join(work, 'home.'));
	const store = join(home, '.pki/nssdb');
	mkdirSync(store, { recursive: true });
	execFileSync('certutil', ['-N', '-d', `sql:${store}`, '--empty-password']);
	if (pem) {
		const file = join(home, 'khue.crt');
		writeFileSync(file, pem);
		execFileSync('certutil', ['-A', '-d', `sql:${store}`, '-t', 'C,,', '-n', 'khue', '-i', file]);
	}
	return chromium.launch({
		...switches(['--host-resolver-rules=MAP * 127.0.0.1']),
		env: { ...process.env, HOME: home }
	});
}

test('the page that teaches trust shows the fingerprint the terminal shows', { skip }, async () => {
	const browser = await browserThatTrusts();
	for (const size of ['desk', 'phone']) {
		for (const colorScheme of ['light', 'dark']) {
			const context = await browser.newContext({ ...sizes[size], colorScheme, locale: 'vi-VN' });
			const page = await context.newPage();
			await page.goto(enrolment);
			const groups = await page.locator('.digits span').allTextContents();
			assert.equal(groups.length, 16);
			for (const half of [groups.slice(0, 8), groups.slice(8)]) assert.ok(said.includes(half.join(' ')), said);
			assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, size);
			const found = await new AxeBuilder({ page }).analyze();
			assert.deepEqual(found.violations.map((one) => one.id), [], `${size} ${colorScheme}`);
			await context.close();
		}
	}
	// By the keyboard alone: the first stops are the two files.
	const page = await browser.newPage(sizes.desk);
	await page.goto(enrolment);
	await page.keyboard.press('Tab');
	assert.equal(await page.evaluate(() => document.activeElement.getAttribute('href')), '/tin-cay/khue.crt');
	await browser.close();
});

test('without the root a browser warns; with it, everything that needs trust works', { skip }, async () => {
	const stranger = await browserThatTrusts();
	await assert.rejects((await stranger.newPage()).goto(https), /ERR_CERT_AUTHORITY_INVALID/);
	await stranger.close();

	const address = new URL(enrolment);
	address.hostname = '127.0.0.1';
	const pem = await (await fetch(new URL('/tin-cay/khue.crt', address))).text();
	const browser = await browserThatTrusts(pem);
	const page = await browser.newPage({ locale: 'vi-VN' });
	// From the page that teaches trust, by its own link.
	await page.goto(enrolment);
	await page.locator('a.check').click();
	await page.waitForURL(`${https}/**`);
	await page.getByLabel('Tên đăng nhập').waitFor();
	assert.equal(await page.evaluate(() => isSecureContext && 'credentials' in navigator), true);
	// A browser takes no service worker from a server that it does not trust.
	const worker = await page.evaluate(async () => (await navigator.serviceWorker.register('/service-worker.js')).scope);
	assert.equal(worker, `${https}/`);
	// Plain HTTP leads there too.
	const there = await page.goto(new URL('/don-vi?q=1', enrolment).href);
	assert.ok(there.url().startsWith(`${https}/don-vi`) || there.url().startsWith(`${https}/dang-nhap`), there.url());
	// The same server by a name its certificate is not for.
	const other = new URL(https);
	other.hostname = 'khac.vn';
	await assert.rejects(page.goto(other.href), /ERR_CERT_COMMON_NAME_INVALID/);
	await browser.close();
});
