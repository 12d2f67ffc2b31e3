import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { ask, heading, launch, open, plain, signIn } from '../lib/browser.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

const here = (page) => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');

test('the tree by keyboard alone', async () => {
	const { page, close } = await open(browser);
	await signIn(page);
	await page.goto('/don-vi');
	const rows = page.getByRole('treeitem');
	await rows.first().waitFor();
	await page.locator('[role="treeitem"][tabindex="0"]').focus();
	const first = await here(page);
	if ((await rows.first().getAttribute('aria-expanded')) !== 'true') await page.keyboard.press('ArrowRight');
	await rows.nth(1).waitFor();
	await page.keyboard.press('ArrowRight');
	assert.notEqual(await here(page), first, 'right goes into an open branch');
	await page.keyboard.press('ArrowLeft');
	assert.equal(await here(page), first, 'left goes back to the parent');
	await page.keyboard.press('End');
	const last = await here(page);
	assert.equal(last, (await rows.last().textContent()).trim());
	await page.keyboard.press('Home');
	assert.equal(await here(page), first);

	await page.keyboard.press('ArrowDown');
	const second = await rows.nth(1).getByRole('link').textContent();
	await page.keyboard.press('Enter');
	await page.waitForURL(/\/don-vi\/[0-9a-f-]{36}/);
	assert.ok(second.includes(await page.getByRole('heading', { level: 1 }).textContent()));
	await close();
});

for (const size of ['desk', 'phone']) {
	test(`search without tone marks; the address keeps it (${size})`, async () => {
		const { page, close } = await open(browser, size);
		await signIn(page);
		const { items } = await ask(page, '/units?limit=5');
		const wanted = items.at(-1);
		await page.goto('/don-vi?xem=bang');
		await page.getByRole('searchbox').fill(plain(wanted.full_name));
		await page.waitForURL(/q=/);
		await page.getByRole('link', { name: wanted.full_name }).first().waitFor();
		await page.reload();
		await page.getByRole('link', { name: wanted.full_name }).first().waitFor();
		assert.equal(await page.getByRole('searchbox').inputValue(), plain(wanted.full_name));
		await page.getByRole('searchbox').fill('khong co don vi nao ten the nay');
		await page.getByText('Không có đơn vị nào khớp').waitFor();
		await close();
	});
}

test('the list: sort, columns, kinds, more, choose, export', async () => {
	const { page, close } = await open(browser);
	await signIn(page);
	await page.goto('/don-vi?xem=bang');
	const rows = page.locator('tbody tr');
	await rows.first().waitFor();
	const before = await rows.count();
	const { total } = await ask(page, '/units?limit=40');
	if (total > 40) {
		await page.getByRole('button', { name: 'Hiện thêm' }).click();
		await page.waitForFunction((n) => document.querySelectorAll('tbody tr').length > n, before);
	}

	await page.getByRole('button', { name: 'Tên', exact: false }).first().click();
	await page.waitForURL(/sap=-ten/);
	assert.equal(await page.getByRole('columnheader', { name: 'Tên' }).getAttribute('aria-sort'), 'descending');

	await page.getByRole('button', { name: 'Cột' }).click();
	await page.getByRole('menuitemcheckbox', { name: 'Từ ngày' }).click();
	await page.keyboard.press('Escape');
	await page.getByRole('columnheader', { name: 'Từ ngày' }).waitFor();

	await page.getByRole('button', { name: 'Mọi loại' }).click();
	await page.getByRole('menuitemcheckbox', { name: 'Trường', exact: true }).click();
	await page.keyboard.press('Escape');
	await page.waitForURL(/loai=/);

	await page.locator('tbody').getByRole('checkbox').first().check();
	await page.getByText('Đã chọn 1 đơn vị').waitFor();
	const [file] = await Promise.all([
		page.waitForEvent('download'),
		page.getByRole('button', { name: 'Xuất các dòng đã chọn' }).click()
	]);
	const text = readFileSync(await file.path(), 'utf8');
	assert.ok(text.startsWith('\ufeffTên,'));
	assert.equal(text.trim().split('\r\n').length, 2);
	await close();
});

test('as of a date: typed, picked, kept in the address', async () => {
	const { page, close } = await open(browser);
	await signIn(page);
	await page.goto('/don-vi');
	await page.getByLabel('Tại ngày', { exact: true }).fill('1/1/2026');
	await page.keyboard.press('Enter');
	await page.waitForURL(/ngay=2026-01-01/);
	await page.getByText('Đang xem theo ngày 01/01/2026').waitFor();
	await page.getByRole('button', { name: 'Chọn ngày trên lịch: Tại ngày' }).click();
	await page.getByRole('dialog', { name: 'Chọn ngày trên lịch' }).waitFor();
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('Enter');
	await page.waitForURL(/ngay=2026-01-02/);
	await page.getByRole('button', { name: 'Về hôm nay' }).click();
	await page.waitForURL((url) => !url.searchParams.has('ngay'));
	await heading(page, 'Đơn vị');
	await close();
});
