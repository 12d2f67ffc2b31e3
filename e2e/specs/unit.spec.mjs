import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { focused, heading, launch, mark, open, signIn, unitToBuildIn } from '../lib/browser.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

for (const size of ['desk', 'phone']) {
	test(`a school is created, renamed, and its history says so (${size})`, async () => {
		const { page, close } = await open(browser, size);
		await signIn(page);
		const parent = await unitToBuildIn(page);
		await page.goto(`/don-vi/${parent.id}`);
		await heading(page, parent.full_name);
		await page.getByRole('button', { name: 'Thêm đơn vị' }).click();
		const dialog = page.getByRole('dialog', { name: 'Thêm đơn vị' });
		await dialog.waitFor();
		await dialog.getByRole('button', { name: 'Thêm đơn vị' }).click();
		await dialog.getByRole('alert').getByRole('link').first().waitFor();

		const name = `Trường Tiểu học Thử ${mark()}`;
		await dialog.getByLabel('Tên đầy đủ').fill(name);
		await dialog.getByLabel('Tiểu học', { exact: true }).check();
		await dialog.getByLabel('Có hiệu lực từ ngày', { exact: true }).fill('32/13/2026');
		await dialog.getByRole('button', { name: 'Thêm đơn vị' }).click();
		await dialog.getByText('Ngày chưa đúng').first().waitFor();
		assert.equal(await dialog.getByLabel('Tên đầy đủ').inputValue(), name, 'nothing is lost');
		await dialog.getByLabel('Có hiệu lực từ ngày', { exact: true }).fill('05/09/2026');
		await dialog.getByRole('button', { name: 'Thêm đơn vị' }).click();
		await heading(page, name);

		await page.getByRole('button', { name: 'Thao tác' }).click();
		await page.getByRole('menuitem', { name: 'Đổi tên' }).click();
		const rename = page.getByRole('dialog', { name: 'Đổi tên' });
		await rename.getByLabel('Tên mới').fill(`${name} mới`);
		// From the very day of the present name it is a correction, and nothing else is promised.
		const effective = rename.getByLabel('Có hiệu lực từ ngày', { exact: true });
		const usual = await effective.inputValue();
		await effective.fill('05/09/2026');
		await rename.getByText('tên cũ không hiện trong lịch sử').waitFor();
		await effective.fill(usual);
		await rename.getByText('tên cũ không hiện trong lịch sử').waitFor({ state: 'detached' });
		await rename.getByRole('button', { name: 'Đổi tên' }).click();
		await rename.waitFor({ state: 'detached' });
		await heading(page, `${name} mới`);
		await page.getByRole('tab', { name: 'Lịch sử' }).click();
		await page.getByText(`Tên qua thời gian`).waitFor();
		await page
			.getByRole('definition')
			.filter({ hasText: `${name} mới` })
			.waitFor();
		assert.match(page.url(), /muc=lich-su/);
		await close();
	});
}

test('closing needs a keeper of the records and the name typed again', async () => {
	const { page, close } = await open(browser);
	await signIn(page);
	const parent = await unitToBuildIn(page);
	await page.goto(`/don-vi/${parent.id}?lam=them`);
	const create = page.getByRole('dialog', { name: 'Thêm đơn vị' });
	const name = `Trường THCS Thử ${mark()}`;
	await create.getByLabel('Tên đầy đủ').fill(name);
	await create.getByLabel('THCS', { exact: true }).check();
	await create.getByLabel('Có hiệu lực từ ngày', { exact: true }).fill('05/09/2026');
	await create.getByRole('button', { name: 'Thêm đơn vị' }).click();
	await heading(page, name);

	await page.getByRole('button', { name: 'Thao tác' }).click();
	await page.getByRole('menuitem', { name: 'Ngừng hoạt động' }).click();
	const dialog = page.getByRole('dialog', { name: `Ngừng hoạt động: ${name}` });
	await dialog.getByRole('button', { name: 'Ngừng hoạt động' }).click();
	const refused = dialog.getByRole('alert');
	assert.equal(await refused.getByRole('link').count(), 2);
	// The complaint takes the focus; whoever types before it has would see the list close again.
	await focused(refused);
	await dialog.getByRole('combobox', { name: /Đơn vị giữ hồ sơ/ }).fill('so');
	await dialog.getByRole('option', { name: /^Sở/ }).first().click();
	await dialog.getByLabel('Gõ lại tên đơn vị').fill(name);
	await dialog.getByRole('button', { name: 'Ngừng hoạt động' }).click();
	await dialog.waitFor({ state: 'detached' });
	await page.getByText('Đã ghi nhận ngừng hoạt động.').waitFor();
	await close();
});
