import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accounts, ask, heading, launch, open, plain, quiet, signIn } from '../lib/browser.mjs';
import { rowsOf } from '../lib/xlsx.mjs';

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
		const { items } = await ask(page, '/units?limit=5&mine=true');
		const wanted = items.at(-1);
		await page.goto('/don-vi?xem=bang');
		await page.getByRole('searchbox').fill(plain(wanted.full_name));
		await page.waitForURL(/q=/);
		await page.getByRole('link', { name: wanted.full_name }).first().waitFor();
		await page.reload();
		await page.getByRole('link', { name: wanted.full_name }).first().waitFor();
		assert.equal(await page.getByRole('searchbox').inputValue(), plain(wanted.full_name));
		await page.getByRole('searchbox').fill('khong co don vi nao ten the nay');
		await page.getByRole('button', { name: 'Tìm trong cả nước' }).click();
		await page.getByText('Không có đơn vị nào khớp').waitFor();
		await page.goto(`/don-vi?q=${encodeURIComponent(plain(wanted.full_name))}`);
		await page.getByRole('link', { name: wanted.full_name }).first().waitFor();
		const shown = (name) => page.getByRole('radio', { name }).isChecked();
		assert.deepEqual(
			[await shown('Cây'), await shown('Danh sách')],
			[false, true],
			'the switch says what is seen'
		);
		await page.getByRole('radio', { name: 'Cây' }).check({ force: true });
		await page.getByRole('treeitem').first().waitFor();
		assert.equal(await page.getByRole('searchbox').inputValue(), '');
		await close();
	});
}

for (const size of ['desk', 'phone']) {
	test(`what is one's own comes first, the country is one click away (${size})`, async () => {
		const { page, close } = await open(browser, size);
		await signIn(
			page,
			accounts.find(({ role }) => role === 'head')
		);
		const { unit } = (await ask(page, '/me')).grants[0];
		const links = page.locator('tbody tr:not(.gap) td:nth-child(2) a');
		await page.goto('/don-vi?xem=bang');
		await links.filter({ hasText: unit.name }).waitFor();
		const mine = await ask(page, '/units?mine=true&limit=200');
		assert.equal(await links.count(), mine.items.length, 'their own and nothing else');
		await page.getByRole('searchbox').fill('ha giang');
		await page.getByText('Không có trong các đơn vị của bạn').waitFor();
		await page.getByRole('button', { name: 'Tìm trong cả nước' }).click();
		await page.waitForURL(/pham-vi=ca-nuoc/);
		await page.getByRole('link', { name: 'Phường Hà Giang 1', exact: true }).waitFor();

		// What is no more stands behind it, says so, and says what it is now.
		const row = page
			.locator('tbody tr')
			.filter({ has: page.getByRole('link', { name: 'Tỉnh Hà Giang', exact: true }) });
		await row.getByText('Không còn từ 01/07/2025').waitFor();
		await row.getByText('Nay thuộc: Tỉnh Tuyên Quang').waitFor();
		const names = await links.allTextContents();
		assert.ok(names.indexOf('Tỉnh Hà Giang') > names.indexOf('Phường Hà Giang 2'), names.join());
		await row.getByRole('link').click();
		await heading(page, 'Tỉnh Hà Giang');
		await page.goBack();
		await page.getByRole('radio', { name: 'Cả nước' }).waitFor();
		assert.ok(await page.getByRole('radio', { name: 'Cả nước' }).isChecked(), 'the address keeps it');

		await page.getByRole('radio', { name: 'Cây' }).check({ force: true });
		await page.getByRole('treeitem').filter({ hasText: 'Thành phố Hà Nội' }).waitFor();
		await page.getByRole('radio', { name: 'Của tôi' }).check({ force: true });
		await page.getByRole('treeitem').filter({ hasText: unit.name }).waitFor();
		const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
		assert.ok(wide <= 0, 'nothing stands beyond the edge of the screen');
		const box = await page.getByRole('group', { name: 'Phạm vi' }).boundingBox();
		assert.ok(box.width > 120, `both choices are there to be touched: ${box.width}`);
		await close();
	});

	test(`the palette finds what is no more (${size})`, async () => {
		const { page, close } = await open(browser, size);
		await signIn(page);
		await page.keyboard.press('Control+k');
		await page.getByRole('combobox').fill('ha giang');
		const found = page.getByRole('option').filter({ hasText: 'Tỉnh Hà Giang' }).first();
		await found.getByText('Không còn từ 01/07/2025 · Nay thuộc: Tỉnh Tuyên Quang').waitFor();
		assert.match(
			await page.getByRole('option').first().textContent(),
			/^Phường Hà Giang 1/,
			'what stands comes first'
		);
		await found.click();
		await heading(page, 'Tỉnh Hà Giang');
		await close();
	});
}

test('the list: sort, columns, kinds, choose, export', async () => {
	const { page, close } = await open(browser);
	await signIn(page);
	await page.goto('/don-vi?xem=bang');
	const rows = page.locator('tbody tr:not(.gap)');
	await rows.first().waitFor();

	await page.getByRole('button', { name: 'Tên', exact: false }).first().click();
	await page.waitForURL(/sap=-ten/);
	await page.locator('th[aria-sort="descending"]').getByText('Tên').waitFor();

	await page.getByRole('button', { name: 'Cột' }).click();
	await page.getByRole('menuitemcheckbox', { name: 'Từ ngày' }).click();
	await page.keyboard.press('Escape');
	await page.getByRole('columnheader', { name: 'Từ ngày' }).waitFor();

	await page.getByRole('button', { name: 'Mọi loại' }).click();
	await page.getByRole('menuitemcheckbox', { name: 'Trường', exact: true }).click();
	await page.keyboard.press('Escape');
	await page.waitForURL(/loai=school/);
	await page.getByText('Thục Phán').waitFor({ state: 'detached' });

	// Whoever opens the address sees the same list.
	await page.reload();
	await page.locator('th[aria-sort="descending"]').getByText('Tên').waitFor();
	await page.getByRole('columnheader', { name: 'Từ ngày' }).waitFor();
	const names = await page.locator('tbody tr:not(.gap) td:nth-child(2) a').allTextContents();
	const [all] = await Promise.all([
		page.waitForEvent('download'),
		page.getByRole('button', { name: 'Xuất Excel', exact: true }).click()
	]);
	assert.match(all.suggestedFilename(), /^don-vi-\d{4}-\d{2}-\d{2}\.xlsx$/);
	const file = rowsOf(await all.path());
	assert.deepEqual(file[0], ['Tên', 'Loại', 'Mã', 'Thuộc', 'Số đơn vị trực thuộc', 'Từ ngày']);
	assert.deepEqual(
		file.slice(1, names.length + 1).map(([name]) => name),
		names.map((name) => name.trim()),
		'the file has the order of the screen'
	);
	assert.ok(file.slice(1).every((row) => row[1] === 'Trường'));
	assert.ok(
		file.slice(1).every((row) => Number(row.at(-1)) > 40_000),
		'days are days of the spreadsheet'
	);

	// From one to another with shift, as in a file manager.
	await page.locator('tbody').getByRole('checkbox').first().click();
	await page
		.locator('tbody')
		.getByRole('checkbox')
		.nth(2)
		.click({ modifiers: ['Shift'] });
	await page.getByText('Đã chọn 3').waitFor();
	const [some] = await Promise.all([
		page.waitForEvent('download'),
		page.getByRole('button', { name: 'Xuất đã chọn' }).click()
	]);
	assert.deepEqual(
		rowsOf(await some.path())
			.slice(1)
			.map(([name]) => name),
		names.slice(0, 3).map((name) => name.trim())
	);
	await close();
});

test('a list of thousands: few rows are drawn, it scrolls to its end, and the keyboard goes along', async () => {
	const { page, close } = await open(browser);
	await signIn(
		page,
		accounts.find(({ role }) => role === 'ministry_officer')
	);
	// Every unit of before the districts ended.
	await page.goto('/don-vi?xem=bang&ngay=2024-06-01');
	await page.locator('tbody tr').first().waitFor();
	const height = () => page.evaluate(() => document.documentElement.scrollHeight);
	const drawn = () => page.locator('tbody tr:not(.gap)').count();
	const { total } = await ask(page, '/units?as_of=2024-06-01&limit=1');
	assert.ok(total > 10_000, `${total} units`);
	assert.ok((await height()) > total * 30, 'the scroll bar is as long as the list');
	assert.equal(await page.getByText('Không còn từ').count(), 0, 'on that day all of them stood');
	await quiet(page);
	// What follows is read before its place is seen.
	await page.mouse.move(640, 400);
	await page.mouse.wheel(0, 300);
	await page.getByText('240 trên').waitFor();
	// Scrolled as fast as a hand does it.
	for (let at = 0; at < 40; at++) {
		await page.mouse.wheel(0, 1200);
		await page.waitForTimeout(60);
	}
	await page.waitForFunction(() => {
		const row = document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest('tr');
		return row?.getAttribute('aria-rowindex') > 100;
	});
	assert.ok((await drawn()) <= 400, `${await drawn()} rows are drawn`);
	await page.keyboard.press('Control+Home');
	await page.locator('tr[aria-rowindex="2"]').waitFor();
	await close();
});

test('as of a date: typed, picked, kept in the address', async () => {
	const { page, close } = await open(browser);
	await signIn(page);
	await page.goto('/don-vi');
	await page.getByLabel('Tại ngày', { exact: true }).fill('hôm kia');
	await page.keyboard.press('Enter');
	await page.locator('#f-ngay-error').getByText('Ngày chưa đúng').waitFor();
	assert.equal(await page.getByLabel('Tại ngày', { exact: true }).getAttribute('aria-invalid'), 'true');
	await page.getByLabel('Tại ngày', { exact: true }).fill('2024');
	await page.keyboard.press('Enter');
	await page.waitForURL(/ngay=2024-01-01/);
	assert.equal(await page.locator('#f-ngay-error').count(), 0);
	assert.equal(await page.getByLabel('Tại ngày', { exact: true }).inputValue(), '01/01/2024');
	await page.getByLabel('Tại ngày', { exact: true }).fill('1/1/2026');
	await page.keyboard.press('Enter');
	await page.waitForURL(/ngay=2026-01-01/);
	await page.getByText('Quá khứ: ngày 01/01/2026.').waitFor();
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

test('the districts of before stand in the tree of that day, plainly marked', async () => {
	const { page, close } = await open(browser);
	await signIn(page);
	await page.goto('/don-vi?ngay=2024-06-01');
	await page.getByText('Quá khứ: ngày 01/06/2024.').waitFor();
	await page.getByText('thay đổi sớm hơn chưa được ghi').waitFor();
	const district = page
		.getByRole('treeitem')
		.filter({ hasText: /Huyện|Thị xã|Thành phố/ })
		.first();
	await district.waitFor();
	const was = await ask(page, `/units/${await district.getAttribute('data-id')}?as_of=2024-06-01`);
	assert.equal(was.kind, 'district');
	await district.getByRole('link').click();
	await page.waitForURL(/ngay=2024-06-01/);
	await heading(page, was.full_name);
	await page.getByText('Quá khứ: ngày 01/06/2024.').waitFor();
	// Nothing of the past can be changed from here.
	assert.equal(await page.getByRole('button', { name: 'Thêm đơn vị' }).count(), 0);
	await close();
});
