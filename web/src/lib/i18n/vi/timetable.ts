export default {
	title: 'Thời khoá biểu',
	asOf: 'Vào ngày',
	from: (day: string) => `áp dụng từ ${day}`,
	of: 'Của',
	class: 'Lớp',
	teacher: 'Giáo viên',
	choose: 'Chọn',
	day: (n: number) =>
		n === 8 ? 'Chủ nhật' : `Thứ ${['', '', 'Hai', 'Ba', 'Tư', 'Năm', 'Sáu', 'Bảy'][n] ?? n}`,
	morning: 'Sáng',
	afternoon: 'Chiều',
	period: (n: number) => `Tiết ${n}`,
	periodLabel: 'Tiết',
	label: (whose: string) => `Thời khoá biểu: ${whose}`,
	sum: (n: number) => `${n} tiết một tuần`,
	none: 'Chưa có thời khoá biểu cho ngày này',
	noneDetail:
		'Người quản lí nhập thời khoá biểu của trường; khi có, mỗi lớp và mỗi giáo viên xem được ở đây.',
	noLessons: 'Không có tiết nào',
	edit: 'Xếp thời khoá biểu',
	room: 'Phòng',
	school: 'Cả trường',
	noRooms: 'Chưa tiết nào ghi phòng',
	noRoomsDetail: 'Phòng được ghi khi xếp thời khoá biểu, cho những tiết không học ở phòng của lớp.',
	takeFile: 'Xuất Excel',
	print: 'In'
};
