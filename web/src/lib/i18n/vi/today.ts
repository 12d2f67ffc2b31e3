export default {
	lessons: 'Tiết dạy hôm nay',
	morning: 'Sáng',
	afternoon: 'Chiều',
	period: (period: number) => `Tiết ${period}`,
	noLessons: 'Hôm nay bạn không có tiết nào.',
	holiday: (name: string) => `Hôm nay nghỉ: ${name}.`,
	noWeek: 'Hôm nay không thuộc tuần thực học.',
	noTimetable: 'Trường chưa có thời khoá biểu cho hôm nay.',
	timetable: 'Thời khoá biểu',
	classes: 'Lớp của bạn',
	noClasses: 'Bạn chưa được phân công lớp nào.',
	leads: 'Chủ nhiệm',
	size: (n: number) => `${n} học sinh`,
	openSchool: 'Tổng quan của trường',
	failed: 'Chưa tải được việc hôm nay.',
	again: 'Tải lại'
};
