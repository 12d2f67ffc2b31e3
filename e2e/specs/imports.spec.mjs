import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { accounts, ask, heading, launch, mark, open, plain, quiet, signIn } from '../lib/browser.mjs';
import { rowsOf } from '../lib/xlsx.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

const clerk = accounts.find((one) => one.role === 'clerk');
/** A busy machine reads a workbook slowly. */
const slow = { timeout: 60_000 };
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
async function axe(page, where) {
	const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
	assert.deepEqual(
		violations.map(
			({ id, nodes }) => `${where}: ${id}: ${nodes.map((node) => node.html.slice(0, 140)).join(' | ')}`
		),
		[]
	);
}

async function atSchool(page) {
	await signIn(page, clerk);
	const me = await ask(page, '/me');
	return `/truong/${me.grants[0].unit.id}`;
}
/** A name of letters that nobody had before. */
const somebody = () =>
	`Lê Thị ${Array.from({ length: 8 }, () => 'abcdeghiklmnopqrstuvxy'[(Math.random() * 22) | 0]).join('')}`;
const file = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
/** Whoever looks counts rows of one result by its button. */
const counted = (page, name) =>
	page.locator('.filters').getByRole('button', { name }).locator('strong').innerText();
/** How many rows have one result, as soon as it is so. */
const shows = (page, name, n) =>
	page
		.locator('.filters')
		.getByRole('button', { name: new RegExp(`^${n}\\s*${name}`) })
		.waitFor(slow);
const settled = (page) => page.getByText('Đang đối chiếu lại…').waitFor({ state: 'hidden', ...slow });

test('a list is dropped, mended by keyboard, taken in, told, and changes nothing the second time', async () => {
	const { page, close } = await open(browser);
	const school = await atSchool(page);
	const of = mark();
	await page.goto(`${school}/nhap-du-lieu`);
	await heading(page, 'Nhập dữ liệu');
	await quiet(page);
	await axe(page, 'imports');

	// What cannot be read is told here, in one sentence.
	await page.locator('input[type=file]').setInputFiles(file('anh.xlsx', '%PDF-1.7 something'));
	await page.getByRole('alert').getByText('PDF').waitFor(slow);

	// Dropped anywhere on the page.
	const text = `Họ và tên;Ngày sinh;Giới tính;Lớp\n${somebody()};26/03/2015;Nữ;6Z${of}\n${somebody()};31/02/2014;Nam;6Z${of}\n`;
	const data = await page.evaluateHandle((text) => {
		const transfer = new DataTransfer();
		transfer.items.add(new File([text], 'thử.csv', { type: 'text/csv' }));
		return transfer;
	}, text);
	await page.dispatchEvent('body', 'drop', { dataTransfer: data });
	await heading(page, 'thử.csv');
	await quiet(page);
	assert.ok(page.url().includes('ket-qua=refused'), 'one begins where something is to be mended');
	assert.equal(await counted(page, 'Không nhận'), '2');
	await axe(page, 'an import with problems');

	// A class that is not there: one answer for all rows.
	await page.getByRole('button', { name: /^Lập lớp 6Z/ }).click();
	await settled(page);
	await page.getByText(/^Khi nhập sẽ lập lớp/).waitFor(slow);
	assert.equal(await counted(page, 'Không nhận'), '1');

	// A cell, by keyboard alone: the reason stands beside it.
	const cell = page.getByRole('textbox', { name: 'Ngày sinh, dòng 3' });
	assert.match(await page.locator('.why').first().innerText(), /tháng 2 năm 2014 chỉ có 28 ngày/);
	await cell.focus();
	await page.keyboard.press('Control+a');
	await page.keyboard.type('28/02/2014');
	await page.keyboard.press('Enter');
	await page.getByText('Đã sửa ô B3.').waitFor(slow);
	assert.equal(await counted(page, 'Không nhận'), '0');
	await page.getByText('Không có dòng nào như vậy').waitFor();
	await page.keyboard.press('Control+z');
	await page.getByText('Đã hoàn tác.').waitFor(slow);
	await settled(page);
	assert.equal(await counted(page, 'Không nhận'), '1', 'taken back');
	await cell.fill('28/02/2014');
	await cell.press('Enter');
	await page.getByText('Không có dòng nào như vậy').waitFor(slow);

	// What will happen, to how many.
	await page.getByRole('button', { name: 'Nhập 2 dòng…' }).click();
	const dialog = page.getByRole('dialog');
	assert.match(await dialog.innerText(), /Thêm 2 học sinh mới\.\nLập 1 lớp chưa có: 6Z/);
	await axe(page, 'the question before applying');
	await dialog.getByRole('button', { name: 'Nhập ngay' }).click();
	await page.getByText('Thêm 2, cập nhật 0, giữ nguyên 0.').waitFor(slow);
	const download = page.waitForEvent('download');
	await page.getByRole('button', { name: 'Tệp kết quả' }).click();
	const told = rowsOf(await (await download).path()).map((row) => row.join(' '));
	assert.equal(told.filter((row) => row.includes('Đã thêm mới')).length, 2, told.join('\n'));

	// The same again.
	await page.goto(`${school}/nhap-du-lieu`);
	await quiet(page);
	await page.getByRole('link', { name: 'thử.csv' }).first().waitFor();
	await page.locator('input[type=file]').setInputFiles(file('lần hai.csv', text.replace('31/02', '28/02')));
	await heading(page, 'lần hai.csv');
	await quiet(page);
	assert.equal(await counted(page, 'Giữ nguyên'), '2');
	await page.getByText('Tệp không nói gì mới').waitFor();
	await close();
});

test('a workbook of staff and classes comes in through the same screen, and goes out again', async () => {
	const { page, close } = await open(browser);
	const school = await atSchool(page);
	const of = mark();
	const [first, second] = [somebody(), somebody()];
	await page.goto(`${school}/nhap-du-lieu`);
	await heading(page, 'Nhập dữ liệu');
	await quiet(page);

	// A layout for each list.
	const layout = page.waitForEvent('download');
	await page.locator('.templates').getByRole('button', { name: 'Giáo viên' }).click();
	assert.match((await layout).suggestedFilename(), /giao-vien/);

	const head = 'Mã giáo viên;Họ và tên;Ngày sinh;Giới tính;Chức vụ;Môn dạy;Trình độ chuyên môn';
	const rows = (birth) => `${head}
GV${of}1;${first};12/03/1985;Nữ;Tổ trưởng;Toán;Thạc sĩ
GV${of}2;${second};${birth};Nam;;Ngữ văn;Đại học
`;
	await page.locator('input[type=file]').setInputFiles(file(`can-bo-${of}.csv`, rows('31/02/1986')));
	await heading(page, `can-bo-${of}.csv`);
	await quiet(page);
	await shows(page, 'Không nhận', 1);
	await axe(page, 'an import of staff');

	const cell = page.getByRole('textbox', { name: 'Ngày sinh, dòng 3' });
	await cell.fill('28/02/1986');
	await cell.press('Enter');
	await page.getByText('Đã sửa ô C3.').waitFor(slow);
	await shows(page, 'Mới', 2);

	await page.getByRole('button', { name: 'Nhập 2 dòng…' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByText('Thêm 2 giáo viên mới.').waitFor();
	await dialog.getByRole('button', { name: 'Nhập ngay' }).click();
	await page.getByText('Thêm 2, cập nhật 0, giữ nguyên 0.').waitFor(slow);
	await page.getByRole('link', { name: 'Xem cán bộ' }).click();
	await page.getByRole('searchbox').first().fill(first);
	await page.getByRole('link', { name: first }).waitFor(slow);

	// Who leads a class that is not there yet.
	await page.goto(`${school}/nhap-du-lieu`);
	await quiet(page);
	const classes = `Tên lớp;Khối;Giáo viên chủ nhiệm\n6L${of.slice(-5)};6;${first}\n`;
	await page.locator('input[type=file]').setInputFiles(file(`lop-${of}.csv`, classes));
	await heading(page, `lop-${of}.csv`);
	await shows(page, 'Mới', 1);
	await page.getByRole('button', { name: 'Nhập 1 dòng…' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Nhập ngay' }).click();
	await page.getByText('Thêm 1, cập nhật 0, giữ nguyên 0.').waitFor(slow);

	// The same again.
	await page.goto(`${school}/nhap-du-lieu`);
	await quiet(page);
	await page.locator('input[type=file]').setInputFiles(file(`lan-hai-${of}.csv`, rows('28/02/1986')));
	await heading(page, `lan-hai-${of}.csv`);
	await shows(page, 'Giữ nguyên', 2);
	await page.getByText('Tệp không nói gì mới').waitFor();

	// And out: what is basic leaves at once, in the layout in which it came.
	await page.goto(`${school}/xuat-du-lieu?lam=xin`);
	const form = page.getByRole('dialog');
	await form.getByLabel('Mục đích').fill(`Báo cáo danh sách lớp ${of}`);
	await form.getByLabel('Danh sách').selectOption({ label: 'Lớp học' });
	const taken = page.waitForEvent('download');
	await form.getByRole('button', { name: 'Xuất', exact: true }).click();
	const out = rowsOf(await (await taken).path()).map((row) => row.join(' '));
	assert.ok(
		out.some((row) => row.includes(`6L${of.slice(-5)}`) && row.includes(first)),
		out.join('\n')
	);
	await close();
});

test('a column is taken for something else in place', async () => {
	const { page, close } = await open(browser);
	const school = await atSchool(page);
	await page.goto(`${school}/nhap-du-lieu`);
	await quiet(page);
	const text = 'Họ và tên;Ngày sinh;Lớp;Ghi chú riêng\nLê Thị Thử;26/03/2015;6A1;Thôn Một\n';
	await page.locator('input[type=file]').setInputFiles(file('cột.csv', text));
	await heading(page, 'cột.csv');
	const columns = page.getByRole('button', { name: /Các cột/ });
	if ((await columns.getAttribute('aria-expanded')) === 'false') await columns.click();
	const column = page.getByLabel('Cột D (Ghi chú riêng) là');
	await column.selectOption({ label: 'Tổ/thôn HKTT' });
	await page.getByText('Đã đọc lại theo cột mới.').waitFor(slow);
	assert.equal(await column.inputValue(), 'hamlet');
	assert.match(await page.locator('tr', { has: column }).innerText(), /đã chọn/);
	await axe(page, 'columns');
	await close();
});

test('five thousand rows stay smooth', async (t) => {
	const { page, close } = await open(browser);
	const school = await atSchool(page);
	await page.goto(`${school}/nhap-du-lieu`);
	await quiet(page);
	let text = 'Họ và tên;Ngày sinh;Giới tính;Khối;Lớp\n';
	for (let n = 0; n < 5000; n++) {
		const day = `${String(1 + (n % 28)).padStart(2, '0')}/${String(1 + (n % 12)).padStart(2, '0')}/201${n % 5}`;
		text += `Nguyễn Văn ${'ABCDEGHIKL'[n % 10]}${'abcdeghikl'[((n / 10) % 10) | 0]}${'abcdeghikl'[((n / 100) % 10) | 0]}${'abcdeghikl'[(n / 1000) | 0]};${day};Nam;6;6X${1 + (n % 40)}\n`;
	}
	await page.locator('input[type=file]').setInputFiles(file('lớn.csv', text));
	await page.getByRole('heading', { level: 1, name: 'lớn.csv' }).waitFor(slow);
	await quiet(page);
	const before = Date.now();
	// To the end, page by page, as somebody who drags the scroll bar.
	for (let n = 0; n < 200; n++) {
		await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
		await page.waitForTimeout(50);
		if ((await page.locator('tbody .unread').count()) === 0) break;
	}
	await page.locator('[data-row="0:5001"]').first().waitFor(slow);
	t.diagnostic(`5.000 rows read to the end in ${Date.now() - before} ms`);
	const elements = await page.evaluate(() => document.querySelectorAll('*').length);
	t.diagnostic(`${elements} elements`);
	assert.ok(elements < 12_000, `${elements} elements: far rows are not drawn`);
	await close();
});

test('pairs are decided by keyboard, and what was decided is taken back', async () => {
	const { page, close } = await open(browser);
	const school = await atSchool(page);
	const id = school.split('/')[2];
	// Two pairs of one name: swapped day and month, and a name without its marks.
	const [swapped, bare] = [somebody(), somebody()];
	const text = `Họ và tên;Ngày sinh;Giới tính;Khối;Lớp
${swapped};05/09/2014;Nam;6;6T1
${swapped};09/05/2014;Nam;6;6T1
${bare};26/03/2015;Nữ;6;6T1
${plain(bare).replace(/\b./g, (letter) => letter.toUpperCase())};26/03/2015;Nữ;6;6T1
`;
	const send = (path, body, version) =>
		page.evaluate(
			async ([path, body, version]) => {
				const response = await fetch(`/api/v1${path}`, {
					method: 'POST',
					headers: {
						'content-type': typeof body === 'string' ? 'application/octet-stream' : 'application/json',
						...(version ? { 'if-match': `"${version}"` } : {})
					},
					body: typeof body === 'string' ? body : JSON.stringify(body)
				});
				return response.json();
			},
			[path, body, version]
		);
	let brought = await send(`/units/${id}/imports?name=t.csv`, text);
	const one = `/units/${id}/imports/${brought.id}`;
	const all = ['import.doubtful', 'import.repeated'].map((code) => ({ code, choice: 'new' }));
	brought = await send(`${one}/changes`, { make_classes: true }, brought.version);
	brought = await send(`${one}/changes`, { all }, brought.version);
	assert.equal(brought.counts.fresh, 4, JSON.stringify(brought.counts));
	await send(`${one}/apply`, {}, brought.version);

	await page.goto(`${school}/trung-lap`);
	await heading(page, 'Hồ sơ nghi trùng');
	await quiet(page);
	for (let n = 0; n < 20 && (await page.getByRole('button', { name: bare }).count()) === 0; n++) {
		await page.getByRole('button', { name: 'Tìm ngay' }).click();
		await page.waitForTimeout(3000);
	}
	await page.getByRole('button', { name: bare }).click();
	await quiet(page);
	await page.locator('mark.tone').first().waitFor();
	await axe(page, 'duplicates');
	const pairs = await page.locator('.queue li').count();

	await page.keyboard.press('d');
	await page.getByText('Đã ghi là hai người').waitFor(slow);
	await quiet(page);
	assert.equal(await page.locator('.queue li').count(), pairs - 1);
	await page.keyboard.press('u');
	await page.getByText('Cặp này chờ xem trở lại.').waitFor(slow);
	await quiet(page);
	assert.equal(await page.locator('.queue li').count(), pairs);

	// Both are pupils now: the server asks first.
	await page.getByRole('button', { name: swapped }).click();
	await page.locator('mark.other').first().waitFor();
	await page.keyboard.press('m');
	const dialog = page.getByRole('dialog', { name: 'Gộp hai hồ sơ làm một' });
	await axe(page, 'the question before merging');
	await dialog.getByRole('button', { name: 'Gộp', exact: true }).click();
	await dialog.getByText('cùng đang học tại').waitFor(slow);
	await dialog.getByRole('button', { name: 'Vẫn gộp' }).click();
	await page.getByText('Đã gộp.').waitFor(slow);
	await page.getByText('Đã gộp', { exact: true }).click();
	await quiet(page);
	await page.getByRole('button', { name: 'Mở lại' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Mở lại' }).click();
	await page.getByText('Cặp này chờ xem trở lại.').last().waitFor(slow);
	await close();
});

test('an import on a phone', async () => {
	const { page, close } = await open(browser, 'phone', { colorScheme: 'dark' });
	const school = await atSchool(page);
	await page.goto(`${school}/nhap-du-lieu`);
	await quiet(page);
	await page
		.locator('input[type=file]')
		.setInputFiles(file('điện thoại.csv', 'Họ và tên;Ngày sinh;Lớp\nLê Văn Sai;31/02/2014;6A1\n'));
	await heading(page, 'điện thoại.csv');
	await quiet(page);
	const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
	assert.ok(wide <= 0, `${wide} pixels too wide`);
	await axe(page, 'an import on a phone');
	for (const path of ['nhap-du-lieu', 'trung-lap']) {
		await page.goto(`${school}/${path}`);
		await page.locator('h1').waitFor();
		await quiet(page);
		await axe(page, `${path} on a phone`);
	}
	await close();
});

test('new code of the screens stays small', async (t) => {
	const { page, context, close } = await open(browser);
	const school = await atSchool(page);
	await page.goto(school);
	await page.locator('h1, h2').first().waitFor();
	await quiet(page);
	const wire = await context.newCDPSession(page);
	await wire.send('Network.enable');
	let bytes = 0;
	wire.on('Network.loadingFinished', ({ encodedDataLength }) => {
		bytes += encodedDataLength;
	});
	for (const [room, content] of [
		['Nhập dữ liệu', 'Nhập dữ liệu'],
		['Hồ sơ trùng', 'Hồ sơ nghi trùng']
	]) {
		bytes = 0;
		await page
			.getByRole('navigation', { name: 'Các phòng' })
			.or(page.locator('nav.school'))
			.first()
			.getByRole('link', { name: room })
			.click();
		await heading(page, content);
		await quiet(page);
		t.diagnostic(`${room}: ${(bytes / 1024).toFixed(1)} KB`);
		assert.ok(bytes <= 60 * 1024, `${room}: ${bytes} bytes`);
	}
	await close();
});
