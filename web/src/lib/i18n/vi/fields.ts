const acts: Record<string, string> = {
	move_class: 'Đổi bằng “Chuyển lớp”',
	never: 'Không đổi được ở đây'
};

export default {
	acts,
	tab: 'Hồ sơ',
	yes: 'Có',
	no: 'Không',
	empty: 'Chưa có',
	edit: 'Sửa',
	save: 'Lưu',
	saved: (title: string) => `Đã lưu “${title}”.`,
	since: (day: string) => `từ ${day}`,
	guarded: 'Thông tin được bảo vệ. Lần xem này được ghi lại.',
	sensitive: 'Thông tin nhạy cảm. Lần xem này được ghi lại.',
	show: 'Xem',
	hidden: 'Bạn không có quyền xem mục này.',
	computed: 'Khuê tính',
	reported: (text: string) => `nơi khác ghi: ${text}`,
	otherAct: 'Đổi bằng thao tác riêng',
	wrong: (label: string) => `“${label}” chưa đúng dạng.`,
	tooLong: (label: string, most: number) => `“${label}” dài quá ${most} chữ.`,
	history: 'Trước đây',
	noHistory: 'Chưa từng đổi.',
	until: (from: string, to: string) => `${from} – ${to}`,
	filled: (n: number, all: number) => `${n}/${all} đã có`,
	add: 'Thêm',
	remove: 'Bỏ',
	removeSays: (title: string) => `Bỏ một dòng của “${title}”. Lịch sử vẫn giữ.`,
	removed: 'Đã bỏ.',
	none: 'Chưa có dòng nào.',
	saySets: (title: string) => `Ghi “${title}”. Điều ghi trước đây vẫn xem lại được.`,
	undo: 'Sửa lại được bất cứ lúc nào.',
	onlyFilled: 'Chỉ mục đã có',
	all: 'Tất cả'
};
