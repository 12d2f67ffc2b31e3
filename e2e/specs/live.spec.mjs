// Two people at work: what one does, the other sees without loading anything again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accounts, heading, launch, mark, newSchool, open, quiet, signIn } from '../lib/browser.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

const officer = accounts.find(({ role }) => role === 'department_officer');

/** A second person, who only looks. A reload would lose the mark this leaves in the window. */
async function watcher(path, size) {
	const there = await open(browser, size);
	await signIn(there.page, officer);
	await there.page.goto(path);
	await there.page.getByRole('heading', { level: 1 }).waitFor();
	await there.page.evaluate(() => {
		globalThis.notLoadedAgain = true;
	});
	await quiet(there.page);
	return {
		...there,
		async close() {
			assert.ok(await there.page.evaluate(() => globalThis.notLoadedAgain), 'the page was never loaded again');
			await there.close();
		}
	};
}

async function rename(page, unit, name) {
	await page.goto(`/don-vi/${unit.id}?lam=doi-ten`);
	const dialog = page.getByRole('dialog');
	await dialog.getByLabel('Tên mới').fill(name);
	await dialog.getByRole('button', { name: 'Đổi tên' }).click();
	await dialog.waitFor({ state: 'detached' });
	await heading(page, name);
}

for (const size of ['desk', 'phone']) {
	test(`a school renamed by one is renamed before the eyes of the other (${size})`, async () => {
		const { page, close } = await open(browser, size);
		await signIn(page);
		const name = `Trường Tiểu học Sống ${mark()}`;
		const school = await newSchool(page, name);
		const history = await watcher(`/don-vi/${school.id}?muc=lich-su`, size);
		const list = await watcher(`/don-vi?xem=bang&cha=${school.path.at(-1).id}`, size);
		await list.page.getByRole('link', { name, exact: true }).waitFor();

		await rename(page, school, `${name} hai`);
		await heading(history.page, `${name} hai`);
		await history.page
			.getByRole('definition')
			.filter({ hasText: `${name} hai` })
			.waitFor();
		await list.page.getByRole('link', { name: `${name} hai`, exact: true }).waitFor();
		// A school of which nobody there knew yet comes into the list by itself.
		const another = await newSchool(page, `${name} khác`, school.path.at(-1).id);
		await list.page.getByRole('link', { name: another.full_name, exact: true }).waitFor();
		await list.close();
		await history.close();
		await close();
	});
}

test('the tree follows; what is open stays open and the keyboard stays where it was', async () => {
	const { page, close } = await open(browser);
	await signIn(page);
	const name = `Trường Tiểu học Cây ${mark()}`;
	const school = await newSchool(page, name);
	const commune = school.path.at(-1);
	const tree = await watcher('/don-vi');
	const row = tree.page.locator(`[role="treeitem"][data-id="${commune.id}"]`);
	await row.focus();
	await tree.page.keyboard.press('ArrowRight');
	const leaf = tree.page.locator(`[role="treeitem"][data-id="${school.id}"]`);
	await leaf.waitFor();
	await rename(page, school, `${name} hai`);
	await leaf.getByText(`${name} hai`).waitFor();
	assert.equal(await row.getAttribute('aria-expanded'), 'true');
	assert.equal(await tree.page.evaluate(() => document.activeElement?.dataset.id), commune.id);
	await tree.close();
	await close();
});

test('a form that is being filled in keeps what was typed and says that something changed', async () => {
	const { page, close } = await open(browser);
	await signIn(page);
	const name = `Trường Tiểu học Gõ ${mark()}`;
	const school = await newSchool(page, name);
	const other = await open(browser);
	await signIn(other.page);
	await other.page.goto(`/don-vi/${school.id}?lam=doi-ten`);
	const dialog = other.page.getByRole('dialog');
	await dialog.getByLabel('Tên mới').fill(`${name} đang gõ dở`);
	await quiet(other.page);

	await rename(page, school, `${name} hai`);
	await dialog.getByText('vừa được thay đổi ở nơi khác').waitFor();
	assert.equal(await dialog.getByLabel('Tên mới').inputValue(), `${name} đang gõ dở`);
	// Told of it, the person decides: the new name is of the newer version, and goes through.
	await dialog.getByRole('button', { name: 'Đổi tên' }).click();
	await dialog.waitFor({ state: 'detached' });
	await heading(other.page, `${name} đang gõ dở`);
	await heading(page, `${name} đang gõ dở`);
	await other.close();
	await close();
});

test('a line that broke is joined again, and nothing between is lost', async () => {
	const { page, close } = await open(browser);
	await signIn(page);
	const name = `Trường Tiểu học Nối ${mark()}`;
	const school = await newSchool(page, name);
	const away = await watcher(`/don-vi/${school.id}`);
	const state = away.page.locator('nav .state');
	await away.context.setOffline(true);
	await state.getByText('Mất mạng').waitFor();
	await rename(page, school, `${name} hai`);
	assert.equal(await away.page.getByRole('heading', { level: 1 }).textContent(), name);
	await away.context.setOffline(false);
	await state.getByText('Trực tuyến').waitFor();
	await heading(away.page, `${name} hai`);
	await away.close();
	await close();
});

test('nobody is told of what is out of sight', async () => {
	const { page, close } = await open(browser);
	await signIn(page);
	const head = await open(browser);
	let again = 0;
	await signIn(head.page, accounts.find(({ role }) => role === 'head'));
	head.page.on('request', (request) => {
		const { pathname, searchParams } = new URL(request.url());
		// The next page of the list is asked with a cursor, the list anew without.
		if (pathname.endsWith('/units') && !searchParams.has('cursor')) again++;
	});
	await head.page.goto('/don-vi?xem=bang');
	await quiet(head.page);
	again = 0;
	// A school elsewhere, of which a head knows nothing: nothing is told, so nothing is asked again.
	await newSchool(page, `Trường Tiểu học Xa ${mark()}`);
	await head.page.waitForTimeout(3000);
	assert.equal(again, 0);
	await head.close();
	await close();
});
