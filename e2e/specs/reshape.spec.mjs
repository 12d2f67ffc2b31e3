// Merging and dividing schools: chosen, looked at before it is done, done, and told by the history.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { ask, heading, launch, mark, newSchool, open, signIn } from '../lib/browser.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

const day = '15/10/2026';

async function clean(page) {
	const { violations } = await new AxeBuilder({ page }).analyze();
	assert.deepEqual(
		violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(', ')}`),
		[]
	);
}

async function choose(within, label, unit) {
	const box = within.getByRole('combobox', { name: label });
	await box.fill(unit.full_name);
	await within.getByRole('option', { name: unit.full_name }).first().click();
}

async function decide(page, basis) {
	await page.getByLabel('Có hiệu lực từ ngày', { exact: true }).fill(day);
	await page.getByLabel(/^Căn cứ/).fill(basis);
	await page.getByRole('button', { name: 'Xem trước' }).click();
}

for (const size of ['desk', 'phone']) {
	test(`two schools become a new one, one of them in part only (${size})`, async () => {
		const { page, close } = await open(browser, size);
		await signIn(page);
		const tag = mark();
		const first = await newSchool(page, `Trường Tiểu học Một ${tag}`);
		const place = first.path.at(-1);
		const second = await newSchool(page, `Trường Tiểu học Hai ${tag}`, place.id);

		await page.goto(`/don-vi/${first.id}`);
		await heading(page, first.full_name);
		await page.getByRole('button', { name: 'Thao tác' }).click();
		await page.getByRole('menuitem', { name: 'Sáp nhập' }).click();
		await heading(page, 'Sáp nhập trường');
		// Nothing is asked of the server before what is missing stands beside its field.
		await page.getByRole('button', { name: 'Xem trước' }).click();
		await page.getByRole('alert').getByRole('link').first().waitFor();
		await choose(page, 'Thêm trường', second);
		assert.equal(await page.getByRole('combobox', { name: 'Thêm trường' }).inputValue(), '', 'ready for the next');
		await page
			.getByRole('group', { name: `${second.full_name} nhập bao nhiêu` })
			.getByText('Một phần')
			.click();
		await page.getByLabel('Tên đầy đủ').fill(`Trường Tiểu học Mới ${tag}`);
		await choose(page, 'Xã, phường', { full_name: place.name });
		await page.getByLabel('Tiểu học', { exact: true }).check();
		await clean(page);
		await decide(page, `45/QĐ-UBND ${tag}`);

		const outcome = page.getByRole('region', { name: 'Việc này sẽ' });
		await outcome.waitFor();
		const said = (await outcome.locator('dl').innerText()).split('\n').map((line) => line.trim());
		assert.equal(said[said.indexOf('Ngừng hoạt động') + 1], first.full_name);
		assert.equal(said[said.indexOf('Hoạt động tiếp') + 1], second.full_name);
		assert.equal(said[said.indexOf('Lập mới') + 1], `Trường Tiểu học Mới ${tag}`);
		await outcome.getByText('Không hoàn tác được').first().waitFor();
		await clean(page);
		// It was only looked at.
		assert.equal((await ask(page, `/units/${first.id}`)).valid_to ?? null, null);
		// Back to mend: everything is still there.
		await outcome.getByRole('button', { name: 'Sửa lại' }).click();
		assert.equal(await page.getByLabel('Tên đầy đủ').inputValue(), `Trường Tiểu học Mới ${tag}`);
		await page.getByRole('button', { name: 'Xem trước' }).click();
		await outcome.getByRole('button', { name: 'Sáp nhập', exact: true }).click();
		await outcome.getByText('Hãy đối chiếu với quyết định').waitFor();
		await outcome.getByLabel('Tôi đã đối chiếu với quyết định').check();
		await outcome.getByRole('button', { name: 'Sáp nhập', exact: true }).click();

		await heading(page, `Trường Tiểu học Mới ${tag}`);
		const from = page.getByRole('region', { name: 'Hình thành từ' });
		await from.getByRole('link', { name: second.full_name }).waitFor();
		await from.getByText('Một phần').waitFor();
		// What went whole is with its receiver now; whoever it answered to still finds it.
		await from.getByRole('link', { name: first.full_name }).waitFor();
		await page.getByText(`45/QĐ-UBND ${tag}`).first().waitFor();
		await from.getByRole('link', { name: second.full_name }).click();
		await heading(page, second.full_name);
		await page.getByRole('tab', { name: 'Lịch sử' }).click();
		await page.getByRole('link', { name: `Trường Tiểu học Mới ${tag}` }).first().waitFor();
		await close();
	});
}

test('schools chosen in the list are merged into one that stands', async () => {
	const { page, close } = await open(browser);
	await signIn(page);
	const tag = mark();
	const names = ['Ba', 'Bốn', 'Năm'].map((word) => `Trường Tiểu học ${word} ${tag}`);
	const first = await newSchool(page, names[0]);
	const parent = first.path.at(-1).id;
	const others = [await newSchool(page, names[1], parent), await newSchool(page, names[2], parent)];
	await page.goto(`/don-vi?xem=bang&q=${tag}`);
	for (const other of others) await page.getByLabel(`Chọn ${other.full_name}`).check();
	await page.getByRole('button', { name: 'Sáp nhập đã chọn' }).click();
	await heading(page, 'Sáp nhập trường');
	await page.getByText('Nơi đang hoạt động').click();
	await choose(page, 'Nơi nhận', first);
	await decide(page, `46/QĐ-UBND ${tag}`);
	const outcome = page.getByRole('region', { name: 'Việc này sẽ' });
	await outcome.getByLabel('Tôi đã đối chiếu với quyết định').check();
	await outcome.getByRole('button', { name: 'Sáp nhập', exact: true }).click();
	await heading(page, first.full_name);
	for (const other of others)
		await page
			.getByRole('region', { name: 'Hình thành từ' })
			.getByText(other.full_name, { exact: true })
			.waitFor();
	await close();
});

test('a school is divided; leaving the page loses nothing that was typed', async () => {
	const { page, close } = await open(browser);
	await signIn(page);
	const tag = mark();
	const school = await newSchool(page, `Trường Tiểu học Chung ${tag}`);
	await page.goto(`/don-vi/${school.id}`);
	await page.getByRole('button', { name: 'Thao tác' }).click();
	await page.getByRole('menuitem', { name: 'Chia, tách' }).click();
	await heading(page, `Chia, tách ${school.full_name}`);
	await page.getByLabel('Tên đầy đủ').fill(`Trường Tiểu học Riêng ${tag}`);
	await page.goBack();
	await heading(page, school.full_name);
	await page.goForward();
	await heading(page, `Chia, tách ${school.full_name}`);
	assert.equal(await page.getByLabel('Tên đầy đủ').inputValue(), `Trường Tiểu học Riêng ${tag}`);
	await choose(page, 'Xã, phường', { full_name: school.path.at(-1).name });
	await page.getByLabel('Tiểu học', { exact: true }).check();
	await decide(page, `47/QĐ-UBND ${tag}`);
	const outcome = page.getByRole('region', { name: 'Việc này sẽ' });
	await outcome.getByLabel('Tôi đã đối chiếu với quyết định').check();
	await outcome.getByRole('button', { name: 'Chia, tách', exact: true }).click();
	await heading(page, school.full_name);
	await page.getByRole('link', { name: `Trường Tiểu học Riêng ${tag}` }).first().waitFor();
	assert.equal((await ask(page, `/units/${school.id}`)).valid_to ?? null, null, 'it goes on');
	await close();
});
