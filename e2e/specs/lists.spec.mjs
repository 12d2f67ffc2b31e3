import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { accountOf, ask, focused, givenName, heading, launch, mark, open, quiet, signIn } from '../lib/browser.mjs';
import { classesOf, invited, newClass, newPupil, ownSchool, send, sent } from '../lib/own.mjs';
import { rowsOf } from '../lib/xlsx.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

const check = (page, name) => page.getByRole('checkbox', { name: `Chọn ${name}`, exact: true });
const button = (at, name) => at.getByRole('button', { name, exact: true });
const optionsOf = (select) =>
	select.evaluate((one) => [...one.options].map((option) => option.label).filter((label) => label));

test('many pupils go up or repeat at once, only into classes that fit, and who is refused is named', async () => {
	const [an, bich, chi, dung] = ['An', 'Bích', 'Chi', 'Dung'].map((name) => `Lê ${name} ${givenName()}`);
	const { school, base, head, pupils } = await ownSchool(browser, { '1A1': [an, bich, chi], '2A1': [dung] });
	const { page } = head;
	for (const code of ['1B1', '2B1', '3B1']) await newClass(page, school, code, '2027-2028');
	await page.goto(`${base}/hoc-sinh`);
	await heading(page, 'Học sinh');

	// They go into one class together: of two grades nobody goes anywhere.
	await check(page, an).check();
	await button(page, 'Lên lớp').waitFor();
	await check(page, dung).check();
	await button(page, 'Lên lớp').waitFor({ state: 'detached' });
	assert.equal(await button(page, 'Lưu ban').count(), 0);
	await check(page, dung).uncheck();
	await check(page, bich).check();

	await button(page, 'Lên lớp').click();
	const up = page.getByRole('dialog', { name: 'Lên lớp' });
	await up.getByText('2 học sinh').first().waitFor();
	await up.getByLabel('Vào lớp').locator('option', { hasText: 'Lớp 2B1' }).waitFor({ state: 'attached' });
	assert.deepEqual(await optionsOf(up.getByLabel('Vào lớp')), ['Lớp 2B1 (0)'], 'the grade above, next year');
	await button(up, 'Thực hiện').click();
	await up.getByText('Hãy nhập: vào lớp').first().waitFor();
	// Somebody else writes to one of them meanwhile: that one is refused by name, the other is done.
	const before = await ask(page, `/schools/${school}/pupils/${pupils[bich]}`);
	await sent(page, 'PATCH', `/schools/${school}/pupils/${pupils[bich]}/protected`, { phone: '0912345678' }, before.version);
	await up.getByLabel('Vào lớp').selectOption({ label: 'Lớp 2B1 (0)' });
	await button(up, 'Thực hiện').click();
	await up.getByText('Đã xong 1 học sinh').waitFor();
	await up.getByText('1 học sinh không làm được').waitFor();
	await up.getByRole('listitem').filter({ hasText: bich }).waitFor();
	await up.getByRole('button', { name: 'Đóng' }).last().click();
	await up.waitFor({ state: 'detached' });
	const now = { name: 'Lớp 1A1', year: '2026-2027', repeats: false };
	assert.deepEqual(await classesOf(page, school, pupils[an]), [
		now,
		{ name: 'Lớp 2B1', year: '2027-2028', repeats: false }
	]);
	assert.deepEqual(await classesOf(page, school, pupils[bich]), [now], 'nothing is half done');

	// The list was read anew: the one who was refused can be tried again, with somebody else.
	await quiet(page);
	for (const name of [bich, chi]) await check(page, name).check();
	await button(page, 'Lưu ban').click();
	const stay = page.getByRole('dialog', { name: 'Lưu ban' });
	await stay.getByLabel('Vào lớp').locator('option', { hasText: 'Lớp 1B1' }).waitFor({ state: 'attached' });
	assert.deepEqual(await optionsOf(stay.getByLabel('Vào lớp')), ['Lớp 1B1 (0)'], 'the same grade, next year');
	await stay.getByLabel('Vào lớp').selectOption({ label: 'Lớp 1B1 (0)' });
	await button(stay, 'Thực hiện').click();
	await stay.getByText('Đã xong 2 học sinh').waitFor();
	for (const name of [bich, chi]) {
		assert.deepEqual(await classesOf(page, school, pupils[name]), [
			now,
			{ name: 'Lớp 1B1', year: '2027-2028', repeats: true }
		]);
	}
	await head.close();
});

/** A file that came: an Excel file that opens, with its rows. */
async function excel(download, name) {
	assert.match(download.suggestedFilename(), name);
	const path = await download.path();
	const bytes = readFileSync(path);
	assert.deepEqual([...bytes.subarray(0, 4)], [0x50, 0x4b, 3, 4], 'an archive');
	assert.ok(bytes.length > 2_000 && bytes.length < 500_000, `${bytes.length} bytes`);
	return rowsOf(path);
}
const has = (rows, text) => rows.some((row) => row.includes(text));
/** The button on a screen that leads to the export of what it shows, not the section of the same name. */
const exportOf = (page) => page.locator('main a[href*="xuat-du-lieu?lam=xin"]');
const purpose = () => `Danh sách gửi phụ huynh ${mark()}`;

async function download(page, act) {
	const [file] = await Promise.all([page.waitForEvent('download'), act()]);
	return file;
}

test('a teacher takes the list of the own class from its page, by keyboard, and nobody has to approve', async () => {
	const [an, bich, other] = ['An', 'Bích', 'Chi'].map((name) => `Trần ${name} ${givenName()}`);
	const { school, base, head, classes } = await ownSchool(browser, { '1A1': [an, bich], '2A1': [other] });
	const teacher = await invited(browser, head.page, school, 'teacher');
	const { id } = await sent(head.page, 'POST', `/schools/${school}/staff`, {
		staff: { full_name: `Nguyễn Thị ${givenName()}`, birth: '1985-03-26', sex: '2' },
		from: '2026-09-01'
	});
	const { version } = await ask(head.page, `/schools/${school}/staff/${id}`);
	const account = (await ask(teacher.page, '/me')).account.id;
	await sent(head.page, 'PUT', `/schools/${school}/staff/${id}/account`, { account }, version);
	const one = await ask(head.page, `/schools/${school}/classes/${classes['1A1']}`);
	await sent(head.page, 'PUT', `/schools/${school}/classes/${one.id}/homeroom`, { staff: id, from: '2026-09-01' }, one.version);

	const { page } = teacher;
	await page.goto(`${base}/lop/${classes['1A1']}`);
	await heading(page, 'Lớp 1A1');
	await exportOf(page).focus();
	await page.keyboard.press('Enter');
	const dialog = page.getByRole('dialog', { name: 'Xuất danh sách' });
	await focused(dialog.getByLabel('Mục đích'));
	assert.ok(await dialog.getByRole('checkbox', { name: 'Lớp 1A1' }).isChecked(), 'the class one came from');
	assert.equal(await dialog.getByRole('checkbox', { name: 'Lớp 2A1' }).count(), 0, 'no class of others');
	await dialog.getByText('tải được ngay').waitFor();
	await page.keyboard.type(purpose());
	const rows = await excel(await download(page, () => page.keyboard.press('Enter')), /^hoc-sinh-.*\.xlsx$/);
	assert.ok(has(rows, an) && has(rows, bich), JSON.stringify(rows));
	assert.ok(!has(rows, other), 'nobody of another class');
	await page.getByText(/Đã tải hoc-sinh-/).waitFor();
	await teacher.close();
	await head.close();
});

test('above the limit a list waits for a second person, and comes when that one approved', async () => {
	const names = ['An', 'Bích', 'Chi'].map((name) => `Phạm ${name} ${givenName()}`);
	const { school, base, head } = await ownSchool(browser, { '1A1': names });
	const key = 'exports.approval_above';
	const setting = (await ask(head.page, `/units/${school}/settings`)).items.find((one) => one.key === key);
	assert.ok(setting, 'the school has the limit among its settings');
	const lowered = await send(head.page, 'PUT', `/units/${school}/settings/${key}`, { value: 2 }, 0);
	assert.ok(lowered.status < 300, JSON.stringify(lowered.body));
	const clerk = await invited(browser, head.page, school, 'clerk');

	await clerk.page.goto(`${base}/hoc-sinh`);
	await exportOf(clerk.page).click();
	const dialog = clerk.page.getByRole('dialog', { name: 'Xuất danh sách' });
	await dialog.getByText('hơn 2 người').waitFor();
	await button(dialog, 'Xuất').click();
	await dialog.getByText('Hãy ghi rõ mục đích').first().waitFor();
	const why = purpose();
	await dialog.getByLabel('Mục đích').fill(why);
	await button(dialog, 'Xuất').click();
	await clerk.page.getByText('Đã gửi yêu cầu').waitFor();
	const row = clerk.page.getByRole('row').filter({ hasText: why });
	await row.getByText('Chờ duyệt').filter({ visible: true }).waitFor();
	for (const name of ['Tải về', 'Xét duyệt']) assert.equal(await button(row, name).count(), 0, name);
	const [{ id, version, may }] = (await ask(clerk.page, `/schools/${school}/exports`)).items;
	assert.deepEqual(may.toSorted(), ['withdraw'], 'whoever asked does not approve');
	const alone = await send(clerk.page, 'POST', `/schools/${school}/exports/${id}/approval`, undefined, version);
	assert.equal(alone.status, 403, JSON.stringify(alone.body));

	await head.page.goto(`${base}/xuat-du-lieu?xem=cho`);
	await head.page.getByRole('row').filter({ hasText: why }).getByRole('button', { name: 'Xét duyệt' }).click();
	const review = head.page.getByRole('dialog', { name: 'Yêu cầu xuất danh sách' });
	await review.getByText(why).first().waitFor();
	await button(review, 'Duyệt').click();
	await head.page.getByText('Đã duyệt. Người xin tải được ngay.').waitFor();

	// Nobody reloads.
	const file = await download(clerk.page, () => button(row, 'Tải về').click());
	const rows = await excel(file, /^hoc-sinh-.*\.xlsx$/);
	for (const name of names) assert.ok(has(rows, name), name);
	await clerk.close();
	await head.close();
});

test('staff, classes and assignments leave as Excel files with what they are called for', async () => {
	const { page, close } = await open(browser);
	await signIn(page, accountOf('head'));
	const school = (await ask(page, '/me')).grants[0].unit.id;
	const staff = (await ask(page, `/schools/${school}/staff?limit=5`)).items;
	const classes = (await ask(page, `/schools/${school}/classes`)).items;
	const led = classes.find((one) => one.homeroom);
	const { offers } = await ask(page, `/schools/${school}/export-offers`);
	for (const [what, file, wanted] of [
		['staff', /^nhan-su-.*\.xlsx$/, staff.map((one) => one.full_name)],
		['classes', /^lop-.*\.xlsx$/, [led.code, led.homeroom.full_name]],
		['assignments', /^phan-cong-.*\.xlsx$/, ['Toán', led.code]]
	]) {
		const { title } = offers.find((one) => one.what === what);
		await page.goto(`/truong/${school}/xuat-du-lieu?lam=xin`);
		const dialog = page.getByRole('dialog', { name: 'Xuất danh sách' });
		await dialog.getByLabel('Danh sách', { exact: true }).selectOption({ label: title });
		assert.equal(await dialog.getByRole('group', { name: /^Lớp/ }).count(), 0, 'not cut to classes');
		const why = purpose();
		await dialog.getByLabel('Mục đích').fill(why);
		const came = await download(page, () => button(dialog, 'Xuất').click());
		const rows = await excel(came, file);
		for (const text of wanted) assert.ok(has(rows, text), `${text} in ${what}: ${JSON.stringify(rows.slice(0, 4))}`);
		await page.getByRole('row').filter({ hasText: why }).getByText(title).first().waitFor();
	}
	await close();
});

test('the grade of the pupil list stands in its address, and is there again after going back', async () => {
	const [an, bich, chi] = ['An', 'Bích', 'Chi'].map((name) => `Vũ ${name} ${givenName()}`);
	const { base, head, classes } = await ownSchool(browser, { '1A1': [an], '2A1': [bich], '2A2': [chi] });
	const { page } = head;
	const names = async () => (await page.locator('tbody a.name').allInnerTexts()).toSorted();
	const khoi = () => new URL(page.url()).searchParams.get('khoi');
	const lines = (n) => page.getByText(`${n} dòng`, { exact: true }).filter({ visible: true }).first().waitFor();
	await page.goto(`${base}/lop`);
	await heading(page, 'Lớp');
	await page.goto(`${base}/hoc-sinh`);
	await lines(3);

	// By keyboard: the menu, a letter, Enter.
	await button(page, 'Mọi khối').focus();
	await page.keyboard.press('Enter');
	await page.getByRole('menu', { name: 'Khối' }).waitFor();
	await page.getByRole('menuitemradio', { name: 'Khối 2' }).focus();
	await page.keyboard.press('Enter');
	await page.waitForURL(/[?&]khoi=2(&|$)/);
	await lines(2);
	assert.deepEqual(await names(), [bich, chi].toSorted());
	await button(page, 'Khối 2').waitFor();

	// To a pupil and back; then anew from the address alone.
	await page.getByRole('link', { name: chi }).click();
	await heading(page, chi);
	await page.goBack();
	await page.getByRole('link', { name: chi }).waitFor();
	assert.equal(khoi(), '2');
	assert.deepEqual(await names(), [bich, chi].toSorted());
	await page.reload();
	await button(page, 'Khối 2').waitFor();
	await lines(2);
	assert.deepEqual(await names(), [bich, chi].toSorted());

	// With a class of another grade nobody is left, and one press takes both away.
	await page.goto(`${base}/hoc-sinh?khoi=2&lop=${classes['1A1']}`);
	await page.getByText('Không thấy học sinh nào').waitFor();
	await button(page, 'Bỏ lọc').click();
	await lines(3);
	assert.equal(new URL(page.url()).search, '');
	// A filter is no step of its own: back is the screen before.
	await button(page, 'Mọi khối').click();
	await page.getByRole('menuitemradio', { name: 'Khối 1' }).click();
	await lines(1);
	assert.deepEqual(await names(), [an]);
	await head.close();
});

test('a relative who is corrected is right with brothers and sisters too, at once, and what stood there is told', async () => {
	const [elder, younger] = ['Anh', 'Em'].map((name) => `Lò ${name} ${givenName()}`);
	const { school, base, head, classes } = await ownSchool(browser, { '2A1': [], '1A1': [] });
	const wrong = `Quàng Thị ${givenName()}`;
	const mother = [{ relation: 'mother', full_name: wrong, birth: '1985', phone: '0912345678' }];
	const ids = [];
	for (const [name, code] of [
		[elder, '2A1'],
		[younger, '1A1']
	])
		ids.push((await newPupil(head.page, school, name, classes[code], { relatives: mother })).id);
	const kin = async (id) => (await ask(head.page, `/schools/${school}/pupils/${id}`)).relatives;
	const [[known], [same]] = [await kin(ids[0]), await kin(ids[1])];
	assert.equal(known.person, same.person, 'one mother of both');

	// The head has the younger one's family open while the clerk corrects the elder one's.
	await head.page.goto(`${base}/hoc-sinh/${ids[1]}?muc=gia-dinh`);
	await head.page.getByRole('listitem').filter({ hasText: wrong }).first().waitFor();
	const clerk = await invited(browser, head.page, school, 'clerk');
	const { page } = clerk;
	await page.goto(`${base}/hoc-sinh/${ids[0]}?muc=gia-dinh`);
	await page.getByRole('listitem').filter({ hasText: wrong }).getByRole('button', { name: 'Sửa', exact: true }).click();
	const dialog = page.getByRole('dialog', { name: 'Sửa' });
	await dialog.getByText('hồ sơ anh chị em có cùng người này được sửa theo').waitFor();
	const name = dialog.getByLabel('Họ và tên');
	assert.equal(await name.inputValue(), wrong);
	assert.equal(await dialog.getByLabel('Năm sinh').inputValue(), '1985');
	const right = `Quàng Thị ${givenName()}`;
	await name.fill('');
	await button(dialog, 'Lưu').click();
	await dialog.getByText('Hãy nhập: họ và tên').first().waitFor();
	await name.fill(right);
	await dialog.getByLabel('Năm sinh').fill('1986');
	await dialog.getByLabel('Điện thoại').fill('0987654321');
	await dialog.getByLabel('Nghề nghiệp').fill('Làm nương');
	await name.press('Enter');
	await dialog.waitFor({ state: 'detached' });
	await page.getByRole('listitem').filter({ hasText: right }).getByText('Mẹ · 1986 · Làm nương').waitFor();

	// Nobody reloads.
	const seen = head.page.getByRole('listitem').filter({ hasText: right }).first();
	await seen.waitFor();
	await seen.getByText('1986').waitFor();
	await head.page.getByText(wrong).first().waitFor({ state: 'detached' });
	const [[now], [too]] = [await kin(ids[0]), await kin(ids[1])];
	assert.deepEqual([now.person, too.person], [known.person, known.person], 'the same person as before');

	// Who corrected what is told with the pupil whose record it was, and no telephone.
	await page.getByRole('tab', { name: 'Quá trình học' }).click();
	const told = page.getByRole('listitem').filter({ hasText: 'Gia đình' });
	await told.getByText(right).first().waitFor();
	await told.getByText(/Lê Thị .* · Văn thư, giáo vụ/).waitFor();
	assert.equal(await page.getByText('0987654321').count(), 0);
	await clerk.close();
	await head.close();
});

const hidden = 'a correction of a relative names both times the name of today: crates/registry/src/glass/changes.rs, Names';
test('what a relative was called before is told with the pupil', { skip: hidden }, async () => {
	const name = `Lò Anh ${givenName()}`;
	const { school, base, head, pupils } = await ownSchool(browser, { '1A1': [name] });
	const at = `/schools/${school}/pupils/${pupils[name]}`;
	const [wrong, right] = [`Quàng Thị ${givenName()}`, `Quàng Thị Đúng ${givenName()}`];
	const put = async (more) =>
		sent(head.page, 'PUT', `${at}/relatives`, { relation: 'mother', birth: '1985', ...more }, (await ask(head.page, at)).version);
	await put({ full_name: wrong });
	const [{ person }] = (await ask(head.page, at)).relatives;
	await put({ full_name: right, corrects: person });
	await head.page.goto(`${base}/hoc-sinh/${pupils[name]}?muc=qua-trinh`);
	await head.page.getByText(right).first().waitFor();
	await head.page.getByText(wrong).first().waitFor();
	await head.close();
});
