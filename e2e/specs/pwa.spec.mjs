// The installed client: what the browser needs for it, what it keeps, how it is renewed, and where it is off.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { changingLine, countingLine } from '../lib/between.mjs';
import { accounts, heading, launch, open, quiet, signIn } from '../lib/browser.mjs';

const KB = 1024;
let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

const ready = (page) =>
	page.waitForFunction(async () => (await navigator.serviceWorker.ready).active?.state === 'activated');

test('the browser finds nothing wrong with the manifest, and the menu offers to install', async () => {
	const { page, context, close } = await open(browser);
	await page.goto('/dang-nhap');
	const wire = await context.newCDPSession(page);
	const { data, errors } = await wire.send('Page.getAppManifest');
	assert.deepEqual(errors, []);
	const manifest = JSON.parse(data ?? '');
	assert.equal(manifest.lang, 'vi');
	for (const { src, type, sizes } of manifest.icons) {
		const icon = await page.request.get(src);
		assert.equal(icon.headers()['content-type'], type, src);
		if (type !== 'image/png') continue;
		// Width and height stand in a PNG's first chunk.
		const body = await icon.body();
		assert.equal(`${body.readUInt32BE(16)}x${body.readUInt32BE(20)}`, sizes, src);
	}
	// A private window installs nothing: the one complaint that the test's own window causes.
	const { installabilityErrors } = await wire.send('Page.getInstallabilityErrors');
	assert.deepEqual(
		installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito'),
		[]
	);

	await signIn(page);
	const menu = page.getByRole('button', { name: /^Trình đơn của/ });
	await menu.click();
	assert.equal(await page.getByRole('menuitem', { name: 'Cài vào máy' }).count(), 0, 'only when the browser offers');
	await page.keyboard.press('Escape');
	await page.evaluate(() => {
		const offer = new Event('beforeinstallprompt', { cancelable: true });
		offer.prompt = async () => {
			globalThis.asked = offer.defaultPrevented;
		};
		dispatchEvent(offer);
	});
	await menu.click();
	await page.getByRole('menuitem', { name: 'Cài vào máy' }).click();
	assert.equal(await page.evaluate(() => globalThis.asked), true);
	await close();
});

test('bytes on the wire: the first visit within its budget, the worker’s share counted apart', async (t) => {
	const line = await countingLine();
	t.after(() => line.close());
	const { page, close } = await open(browser, 'desk', { baseURL: line.url });
	await page.goto('/dang-nhap');
	await heading(page, 'Đăng nhập');
	await quiet(page);
	await page.waitForTimeout(1500);
	const first = line.take();
	assert.equal(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length), 0);
	await page.getByLabel('Tên đăng nhập').fill(accounts[0].login);
	await page.getByLabel('Mật khẩu', { exact: true }).fill(accounts[0].password);
	await page.keyboard.press('Enter');
	await heading(page, 'Hôm nay');
	await ready(page);
	await page.waitForTimeout(500);
	const kept = line.take();
	t.diagnostic(`sign-in, everything on the wire: ${(first / KB).toFixed(1)} KB`);
	t.diagnostic(`today, and all that is kept for a start without a network: ${(kept / KB).toFixed(1)} KB`);
	assert.ok(first <= 150 * KB, `${first} bytes`);
	// The client of a whole school, once for each build.
	assert.ok(kept <= 450 * KB, `${kept} bytes`);
	await page.goto('/don-vi');
	await page.getByRole('treeitem').first().waitFor();
	await quiet(page);
	t.diagnostic(`another start, at the units: ${(line.take() / KB).toFixed(1)} KB`);
	await close();
});

test('nothing that a person saw is kept: the caches hold the client and no answer of the API', async () => {
	const { page, close } = await open(browser);
	await signIn(page);
	await ready(page);
	await page.goto('/don-vi');
	await page.getByRole('treeitem').first().waitFor();
	await page.goto('/tai-khoan');
	await heading(page, 'Tài khoản của tôi');
	const kept = await page.evaluate(async () => {
		const found = [];
		for (const name of await caches.keys())
			for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
		return found;
	});
	assert.ok(kept.includes('/'), 'the page');
	assert.deepEqual(kept.filter((path) => path !== '/' && !/^\/(_app\/|khue\.svg|manifest)/.test(path)), []);
	await close();
});

test('a new build says so, loses nothing that is being typed, and comes with the next step', async (t) => {
	let newer = false;
	const line = await changingLine((path, body) => {
		if (path !== '/service-worker.js' || !newer) return body;
		// The build's name is the moment it was made.
		return Buffer.from(body.toString().replace(/(["'`])(1\d{12})\1/g, (_, q, at) => `${q}${Number(at) + 1000}${q}`));
	});
	t.after(() => line.close());
	const { page, context, close } = await open(browser, 'desk', { baseURL: line.url });
	await signIn(page);
	await ready(page);
	const second = await context.newPage();
	await second.goto('/tai-khoan');
	await heading(second, 'Tài khoản của tôi');
	await second.getByLabel('Mật khẩu hiện tại').fill('đang gõ dở');
	newer = true;
	await second.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
	const note = second.getByRole('status').getByText('Có phiên bản mới của Khuê');
	await note.waitFor();
	await second.getByRole('button', { name: 'Tải lại' }).click();
	const dialog = second.getByRole('dialog', { name: 'Trang này còn chữ bạn đang nhập' });
	await dialog.getByRole('button', { name: 'Để sau' }).click();
	assert.equal(await second.getByLabel('Mật khẩu hiện tại').inputValue(), 'đang gõ dở');

	// In the other tab nothing is typed: a link is the moment. The tab where somebody types stays as it is.
	await page.evaluate(() => {
		globalThis.old = true;
	});
	await page.getByRole('navigation', { name: 'Điều hướng chính' }).getByRole('link', { name: 'Đơn vị' }).click();
	await page.getByRole('treeitem').first().waitFor();
	assert.equal(await page.evaluate(() => globalThis.old), undefined, 'loaded anew');
	assert.equal(await second.getByLabel('Mật khẩu hiện tại').inputValue(), 'đang gõ dở');
	assert.equal(
		await second.evaluate(async () => {
			const registration = await navigator.serviceWorker.getRegistration();
			return [registration?.waiting, (await caches.keys()).length].join();
		}),
		',2',
		'the new one works, and what the old page may yet need is still here'
	);
	await close();
});

test('on plain HTTP it is off, with a sentence', async (t) => {
	const line = await changingLine((_, body) => body);
	const plain = await launch(['--host-resolver-rules=MAP khue.test 127.0.0.1']);
	t.after(async () => {
		await plain.close();
		line.close();
	});
	// Not through open(): here the browser itself complains, rightly, of every header that wants TLS.
	const page = await (await plain.newContext({ baseURL: `http://khue.test:${line.port}` })).newPage();
	await signIn(page);
	assert.equal(await page.evaluate(() => isSecureContext), false);
	await page.goto('/tai-khoan');
	await page.getByText('Địa chỉ này không dùng kết nối an toàn').waitFor();
	await page.goto('/viec-cho');
	await page.getByText('Trình duyệt này không giữ việc khi mất mạng được').waitFor();
});
