// The outbox in a real browser against the real server: a unit renamed while the network is away.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { accounts, ask, heading, launch, mark, newSchool, open, signIn } from '../lib/browser.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

/** The worker keeps the client before the network goes. */
const kept = (page) =>
	page.evaluate(async () => {
		const registration = await navigator.serviceWorker.ready;
		return registration.active?.scriptURL;
	});

async function openRename(page, unit) {
	await kept(page);
	await page.goto(`/don-vi/${unit.id}?lam=doi-ten`);
	await page.getByRole('dialog').waitFor();
}

/** Types a name, meets the missing network, keeps the act. */
async function renameAway(page, name) {
	const dialog = page.getByRole('dialog');
	await dialog.getByLabel('Tên mới').fill(name);
	await dialog.getByRole('button', { name: 'Đổi tên' }).click();
	await dialog.getByRole('button', { name: 'Giữ lại, gửi khi có mạng' }).click();
	await page.getByText('Đã giữ trong máy').waitFor();
}

const unsent = (page) => page.getByRole('banner').getByRole('link', { name: /chờ gửi|cần bạn xem/ });
const renames = async (page, unit) =>
	(await ask(page, `/units/${unit.id}/history`)).items.filter(({ kind }) => kind === 'renamed').length;

/** Waits until the server calls the unit so. */
async function named(page, unit, name) {
	for (let i = 0; i < 100; i++) {
		if ((await ask(page, `/units/${unit.id}`)).full_name === name) return;
		await page.waitForTimeout(200);
	}
	throw new Error(`never called ${name}`);
}

/** What stands in the browser's own database, as anybody reads it who opens the developer tools. */
const rows = (page) =>
	page.evaluate(async () => {
		const found = [];
		for (const { name } of await indexedDB.databases()) {
			if (!name.startsWith('khue-outbox-')) continue;
			const database = await new Promise((done) => {
				indexedDB.open(name).onsuccess = (event) => done(event.target.result);
			});
			const get = (store) =>
				new Promise((done) => {
					database.transaction(store).objectStore(store).getAll().onsuccess = (event) => done(event.target.result);
				});
			const [entries, meta] = [await get('entries'), await get('meta')];
			const key = meta.find((one) => one instanceof CryptoKey);
			const exported = await crypto.subtle.exportKey('raw', key).then(
				() => 'given away',
				(cause) => cause.name
			);
			database.close();
			const text = entries.map(({ sealed }) => new TextDecoder().decode(sealed)).join();
			found.push({ name, entries: entries.length, text, exported });
		}
		return found;
	});

test('edited without a network, closed, opened again: arrives once, and only the person who did it sees it', async () => {
	const { page, context, close } = await open(browser);
	await signIn(page);
	const name = `Trường Tiểu học Chờ Gửi ${mark()}`;
	const unit = await newSchool(page, name);
	await openRename(page, unit);
	await context.setOffline(true);
	await renameAway(page, `${name} Mới`);
	await unsent(page).waitFor();

	const [database] = await rows(page);
	assert.equal(database.entries, 1);
	assert.ok(!database.text.includes('Chờ Gửi'), 'nothing to be read in the browser’s files');
	assert.equal(database.exported, 'InvalidAccessError', 'the key is given to nobody');

	// The page is closed, and another opens without a network: it says so, and shows what waits.
	await page.close();
	const again = await context.newPage();
	await again.goto('/');
	// Playwright cuts the wire; what a new page's `navigator.onLine` says of it differs from run to run.
	await again.getByRole('heading', { level: 1, name: /^(Đang mất mạng|Chưa gọi được máy chủ)$/ }).waitFor();
	await again.getByText(`Đổi tên “${name}” thành “${name} Mới”`).waitFor();
	const { violations } = await new AxeBuilder({ page: again }).analyze();
	assert.deepEqual(violations.map(({ id }) => id), []);

	await context.setOffline(false);
	await heading(again, 'Hôm nay');
	await unsent(again).waitFor({ state: 'detached' });
	await named(again, unit, `${name} Mới`);
	assert.equal(await renames(again, unit), 1);
	assert.equal((await rows(again))[0].entries, 0);
	await close();
});

test('an answer that is lost is asked for again, and nothing is recorded twice', async () => {
	const { page, context, close } = await open(browser);
	await signIn(page);
	const name = `Trường Tiểu học Mất Trả Lời ${mark()}`;
	const unit = await newSchool(page, name);
	await openRename(page, unit);
	// The request arrives, its answer does not: twice, from the form and from the outbox.
	let arrived = 0;
	await page.route('**/renaming', async (route) => {
		if (++arrived > 2) return route.continue();
		await route.fetch();
		await route.abort('connectionreset');
	});
	await renameAway(page, `${name} Mới`);
	await unsent(page).waitFor({ state: 'detached', timeout: 30_000 });
	assert.equal(arrived, 3);
	assert.equal(await renames(page, unit), 1);
	assert.equal((await ask(page, `/units/${unit.id}`)).version, unit.version + 1);
	await page.unrouteAll();
	await close();
});

test('somebody else’s edit meanwhile is a conflict, shown, and decided by the person', async () => {
	const { page, context, close } = await open(browser);
	await signIn(page);
	const name = `Trường Tiểu học Hai Người ${mark()}`;
	const unit = await newSchool(page, name);
	await openRename(page, unit);
	await context.setOffline(true);
	await renameAway(page, `${name} Của Tôi`);

	const other = await open(browser);
	await signIn(other.page);
	const status = await other.page.evaluate(
		async ([id, version, name]) => {
			const response = await fetch(`/api/v1/units/${id}/renaming`, {
				method: 'POST',
				headers: { 'content-type': 'application/json', 'if-match': `"${version}"` },
				body: JSON.stringify({ name, from: '2026-09-01' })
			});
			return response.status;
		},
		[unit.id, unit.version, `${name} Của Người Khác`]
	);
	assert.equal(status, 200);
	await other.close();

	await context.setOffline(false);
	await page.getByRole('link', { name: '1 việc cần bạn xem' }).click();
	await heading(page, 'Việc chờ gửi');
	await page.getByText('Người khác đã sửa').first().waitFor();
	const { violations } = await new AxeBuilder({ page }).analyze();
	assert.deepEqual(violations.map(({ id }) => id), []);
	await page.getByRole('button', { name: 'Xem bản hiện tại' }).click();
	await page.getByText(`Hiện nay: ${name} Của Người Khác`).waitFor();
	await page.getByRole('button', { name: 'Vẫn ghi việc của tôi' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Vẫn ghi việc của tôi' }).click();
	await page.getByText('Mọi việc đã được gửi').waitFor();
	assert.equal((await ask(page, `/units/${unit.id}`)).full_name, `${name} Của Tôi`);
	await close();
});

test('signing out with unsent work warns; another account sees and sends none of it; the first one’s goes out later', async () => {
	const { page, context, close } = await open(browser, 'phone');
	await signIn(page);
	const name = `Trường Tiểu học Chung Máy ${mark()}`;
	const unit = await newSchool(page, name);
	await openRename(page, unit);
	// The server is away for this act only, so that signing out works.
	const sent = [];
	await page.route('**/renaming', (route) => {
		sent.push(route.request().headers()['khue-account']);
		return route.abort('connectionreset');
	});
	await renameAway(page, `${name} Mới`);

	const menu = page.getByRole('button', { name: /^Trình đơn của/ });
	await menu.click();
	await page.getByRole('menuitem', { name: 'Đăng xuất' }).click();
	const dialog = page.getByRole('dialog', { name: 'Còn 1 việc chưa gửi' });
	await dialog.waitFor();
	await page.keyboard.press('Escape');
	await heading(page, name);
	await menu.click();
	await page.getByRole('menuitem', { name: 'Đăng xuất' }).click();
	await dialog.getByRole('button', { name: 'Giữ lại và đăng xuất' }).click();
	await heading(page, 'Đăng nhập');
	await page.unrouteAll();

	const before = sent.length;
	await signIn(page, accounts[1]);
	await page.goto('/viec-cho');
	await page.getByText('Mọi việc đã được gửi').waitFor();
	assert.equal(await unsent(page).count(), 0);
	assert.equal((await rows(page)).find(({ entries }) => entries > 0)?.entries, 1, 'still there, for whoever did it');
	await menu.click();
	await page.getByRole('menuitem', { name: 'Đăng xuất' }).click();
	await heading(page, 'Đăng nhập');
	assert.equal(sent.length, before, 'nothing went out as somebody else');

	await signIn(page);
	await named(page, unit, `${name} Mới`);
	assert.equal(await renames(page, unit), 1);
	await close();
});

test('a session of somebody else in another tab records nothing as theirs', async () => {
	const { page, context, close } = await open(browser);
	await signIn(page);
	const name = `Trường Tiểu học Hai Thẻ ${mark()}`;
	const unit = await newSchool(page, name);
	await openRename(page, unit);
	await context.setOffline(true);
	await renameAway(page, `${name} Mới`);
	// In both tabs: whichever is its own, each would send it.
	await context.route('**/renaming', (route) => route.abort('connectionreset'));
	await context.setOffline(false);
	const second = await context.newPage();
	await second.goto('/');
	await heading(second, 'Hôm nay');
	// Without signing out between: the first tab would meet no session at all, and ask for one.
	await signIn(second, accounts[1]);
	await context.unrouteAll();
	await page.bringToFront();
	await page.evaluate(() => dispatchEvent(new Event('online')));
	await unsent(page).click();
	await page.getByText('đang đăng nhập tài khoản khác').waitFor();
	// Whose it is signs in again to look, and may well send it before having looked.
	await context.route('**/renaming', (route) => route.abort('connectionreset'));
	await signIn(second);
	assert.equal(await renames(second, unit), 0);
	await close();
});

test('a page of one person does nothing with the rights of another who signed in beside it; what was typed is kept', async () => {
	const { page, context, close } = await open(browser);
	await signIn(page);
	const me = await ask(page, '/me');
	const name = `Trường Tiểu học Người Khác ${mark()}`;
	const unit = await newSchool(page, name);
	const unnamed = [];
	page.on('request', (request) => {
		const path = new URL(request.url()).pathname;
		if (!path.startsWith('/api/v1/') || path === '/api/v1/about') return;
		if (request.headers()['khue-account'] !== me.account.id) unnamed.push(path);
	});
	await page.getByRole('link', { name: 'Đơn vị' }).first().click();
	await page.getByRole('heading', { level: 1, name: 'Đơn vị' }).waitFor();
	assert.deepEqual(unnamed, [], 'every call says whose it is');
	await openRename(page, unit);
	await page.getByRole('dialog').getByLabel('Tên mới').fill(`${name} Mới`);
	// The start asks who is here and reads beside it: it cannot yet say for whom.
	unnamed.length = 0;

	const second = await context.newPage();
	await second.goto('/');
	await heading(second, 'Hôm nay');
	await second.evaluate(() => fetch('/api/v1/session', { method: 'DELETE' }));
	await signIn(second, accounts[1]);
	const other = await ask(second, '/me');

	await page.bringToFront();
	await page.getByRole('dialog').getByRole('button', { name: 'Đổi tên' }).click();
	const told = page.getByRole('dialog', { name: `Trình duyệt này nay đăng nhập ${other.account.display_name}` });
	await told.waitFor();
	await told.getByText(`1 việc của ${me.account.display_name} được giữ trong máy`).waitFor();
	assert.deepEqual([...new Set(unnamed)], ['/api/v1/me'], 'only who is here is asked for nobody');
	const { violations } = await new AxeBuilder({ page }).analyze();
	assert.deepEqual(violations.map(({ id }) => id), []);
	await told.getByRole('button', { name: `Làm tiếp với ${other.account.display_name}` }).click();
	await heading(page, 'Hôm nay');
	await page.getByRole('button', { name: `Trình đơn của ${other.account.display_name}` }).waitFor();
	assert.equal(await unsent(page).count(), 0, 'nothing of the first is shown');

	await page.evaluate(() => fetch('/api/v1/session', { method: 'DELETE' }));
	await signIn(page);
	await named(page, unit, `${name} Mới`);
	assert.equal(await renames(page, unit), 1);
	await close();
});

test('a lost key, a full disk: said, and mended', async () => {
	const { page, context, close } = await open(browser);
	await signIn(page);
	const name = `Trường Tiểu học Mất Khoá ${mark()}`;
	const unit = await newSchool(page, name);
	await openRename(page, unit);
	await context.setOffline(true);
	await renameAway(page, `${name} Mới`);
	await page.evaluate(async () => {
		const { name } = (await indexedDB.databases()).find((one) => one.name.startsWith('khue-outbox-'));
		const database = await new Promise((done) => {
			indexedDB.open(name).onsuccess = (event) => done(event.target.result);
		});
		const writing = database.transaction('meta', 'readwrite');
		writing.objectStore('meta').delete('key');
		await new Promise((done) => {
			writing.oncomplete = done;
		});
		database.close();
	});
	await page.close();
	const again = await context.newPage();
	await context.setOffline(false);
	await again.goto('/viec-cho');
	await again.getByText('1 việc không đọc lại được').waitFor();
	await again.getByRole('button', { name: 'Bỏ những việc này' }).click();
	await again.getByRole('dialog').getByRole('button', { name: 'Bỏ', exact: true }).click();
	await again.getByText('Mọi việc đã được gửi').waitFor();

	await openRename(again, unit);
	await again.evaluate(() => {
		globalThis.realPut = IDBObjectStore.prototype.put;
		IDBObjectStore.prototype.put = () => {
			throw new DOMException('full', 'QuotaExceededError');
		};
	});
	await again.route('**/renaming', (route) => route.abort('connectionreset'));
	const dialog = again.getByRole('dialog');
	await dialog.getByLabel('Tên mới').fill(`${name} Đầy`);
	await dialog.getByRole('button', { name: 'Đổi tên' }).click();
	await dialog.getByRole('button', { name: 'Giữ lại, gửi khi có mạng' }).click();
	await again.getByText('Máy hết chỗ').waitFor();
	assert.equal(await dialog.getByLabel('Tên mới').inputValue(), `${name} Đầy`, 'what was typed stays');
	await again.evaluate(() => {
		IDBObjectStore.prototype.put = globalThis.realPut;
	});
	await again.unrouteAll();
	await dialog.getByRole('button', { name: 'Giữ lại, gửi khi có mạng' }).click();
	await again.getByText('Đã giữ trong máy').waitFor();
	await named(again, unit, `${name} Đầy`);
	await close();
});

test('a place that does not open: nothing is deleted, it is said, and opened later; beginning anew is the person’s choice', async () => {
	const { page, context, close } = await open(browser);
	await signIn(page);
	const name = `Trường Tiểu học Không Mở ${mark()}`;
	const unit = await newSchool(page, name);
	await openRename(page, unit);
	await context.setOffline(true);
	await renameAway(page, `${name} Mới`);
	await page.close();
	await context.setOffline(false);

	// A browser whose storage is out of order, until it is mended or emptied.
	const closed = async () => {
		const page = await context.newPage();
		page.setDefaultTimeout(10_000);
		await page.addInitScript(() => {
			const { open, deleteDatabase } = IDBFactory.prototype;
			globalThis.broken = true;
			globalThis.deleted = 0;
			IDBFactory.prototype.open = function (...given) {
				if (globalThis.broken) throw new DOMException('out of order', 'UnknownError');
				return open.apply(this, given);
			};
			IDBFactory.prototype.deleteDatabase = function (...given) {
				globalThis.deleted++;
				globalThis.broken = false;
				return deleteDatabase.apply(this, given);
			};
		});
		await page.goto('/');
		await page.getByRole('banner').getByRole('link', { name: 'Chưa mở được việc chờ gửi' }).click();
		await page.getByText('Khuê không xoá gì').waitFor();
		return page;
	};
	const first = await closed();
	const { violations } = await new AxeBuilder({ page: first }).analyze();
	assert.deepEqual(violations.map(({ id }) => id), []);
	await first.getByRole('button', { name: 'Thử mở lại' }).click();
	await first.locator('main [aria-busy=true]').waitFor({ state: 'detached' });
	assert.equal(await first.evaluate(() => globalThis.deleted), 0);
	await first.evaluate(() => {
		globalThis.broken = false;
	});
	// It may be quicker than the person: it looks by itself.
	await first.getByRole('button', { name: 'Thử mở lại' }).click({ timeout: 2000 }).catch(() => {});
	await first.getByText('Mọi việc đã được gửi').waitFor();
	await named(first, unit, `${name} Mới`);
	assert.equal(await renames(first, unit), 1);

	await openRename(first, unit);
	await first.evaluate(() => {
		globalThis.broken = false;
	});
	await first.route('**/renaming', (route) => route.abort('connectionreset'));
	await renameAway(first, `${name} Bỏ`);
	await first.close();
	const second = await closed();
	await second.route('**/renaming', (route) => route.abort('connectionreset'));
	await second.getByRole('button', { name: 'Bắt đầu lại…' }).click();
	const dialog = second.getByRole('dialog', { name: 'Bắt đầu lại với chỗ giữ việc trống?' });
	await dialog.getByRole('button', { name: 'Huỷ' }).click();
	assert.equal(await second.evaluate(() => globalThis.deleted), 0);
	await second.getByRole('button', { name: 'Bắt đầu lại…' }).click();
	await dialog.getByRole('button', { name: 'Bỏ việc cũ, bắt đầu lại' }).click();
	await second.getByText('Mọi việc đã được gửi').waitFor();
	assert.equal(await second.evaluate(() => globalThis.deleted), 1);
	await close();
});
