"""Every word the audit trail may hold, as ``<room>.<noun>_<past participle>``. Closed list."""

ACTS = frozenset(
    """
    access.account_changed access.account_closed access.account_created access.account_locked
    access.account_signed_in
    access.account_signed_out access.device_handed_over access.device_taken_back
    access.guardian_ended access.guardian_named
    access.link_issued access.link_used access.membership_ended
    access.relationship_ended access.relationship_granted access.separation_ended
    access.separation_set
    access.second_person_confirmed access.setup_finished
    calendar.booking_cancelled calendar.booking_made calendar.booking_moved
    calendar.feed_ended calendar.feed_made calendar.resource_saved
    cases.case_changed cases.case_closed cases.case_closing cases.case_opened cases.case_prolonged
    cases.case_ran_out
    cases.concern_answered cases.concern_changed
    cases.concern_expired cases.concern_sent cases.concern_taken cases.concern_withdrawn
    cases.concern_referred_on cases.decision_recorded cases.person_engaged cases.person_disclosed
    cases.own_view_added cases.own_view_taken_back cases.person_request_answered
    cases.person_request_lifted cases.person_request_made
    cases.report_review_answered cases.report_review_asked cases.side_written
    consent.best_interests_decided consent.best_interests_ended
    consent.capacity_recorded consent.consent_ended consent.consent_given
    consent.consent_withdrawn consent.refusal_recorded
    credentials.credential_recorded credentials.credential_verified
    crisis.alert_acknowledged crisis.alert_closed crisis.alert_engaged crisis.alert_escalated
    crisis.alert_handed_on crisis.alert_hand_over_accepted crisis.care_form_recorded
    crisis.follow_up_missed crisis.follow_up_recorded crisis.follow_up_scheduled
    crisis.alert_lowered
    crisis.alert_raised crisis.alert_raised_again crisis.alert_reopened crisis.alert_close_confirmed
    crisis.contact_recorded crisis.means_action_done crisis.means_action_recorded
    crisis.private_check_answered crisis.safety_check_recorded crisis.safety_plan_copied
    crisis.safeguarding_entry_added crisis.safeguarding_report_closed
    crisis.safeguarding_report_decided crisis.safeguarding_report_filed
    crisis.safeguarding_report_received
    crisis.safety_plan_looked_at crisis.safety_plan_saved crisis.safety_plan_share_ended
    crisis.safety_plan_shared crisis.safety_plan_taken_off crisis.shift_feed_ended
    crisis.shift_feed_made crisis.shift_saved crisis.unsaved_answer_held
    crisis.unsaved_answer_read
    crisis.unsaved_answer_removed crisis.unsaved_answer_taken crisis.unsaved_answer_tried
    delivery.addition_signed delivery.asking_put_off delivery.asking_timed delivery.round_asked
    delivery.group_part_written delivery.group_round_asked delivery.group_session_held
    delivery.group_talk_recorded delivery.schedule_changed
    delivery.homework_reviewed delivery.homework_set delivery.note_changed
    delivery.homework_told delivery.artefact_changed delivery.artefact_struck
    delivery.artefact_written
    delivery.letter_begun delivery.letter_changed delivery.letter_given delivery.letter_signed
    delivery.note_countersign_asked delivery.note_countersigned delivery.note_returned
    delivery.note_signed delivery.process_note_changed delivery.process_note_written
    delivery.session_held delivery.session_not_held delivery.step_recorded
    delivery.erasure_made directory.content_published directory.content_retired
    directory.content_reviewed directory.draft_changed directory.draft_left directory.draft_made
    directory.draft_imported directory.draft_review_asked directory.draft_sent_back
    directory.content_exported
    directory.line_checked directory.service_saved directory.hold_ended
    directory.hold_saved directory.option_saved
    insights.expected_courses_made
    measures.answers_drafted measures.answers_recorded measures.asking_made measures.asking_declined
    measures.asking_ended measures.asking_left measures.asking_opened
    measures.answer_kept_back measures.answer_shown measures.answers_corrected
    measures.answers_typed measures.typing_forgotten
    meetings.after_written meetings.person_said meetings.boundary_ended meetings.boundary_looked_at
    meetings.boundary_saved
    meetings.boundary_shared meetings.boundary_taken_back meetings.helping_filled
    meetings.helping_shared meetings.helping_taken_back
    meetings.check_recorded meetings.date_set meetings.date_taken_back meetings.gate_released
    meetings.letter_erased meetings.letter_kept_for meetings.letter_reader_chosen
    meetings.letter_finished meetings.letter_given meetings.letter_given_back
    meetings.letter_opened meetings.letter_kept_back meetings.letter_reviewed
    meetings.letter_saved meetings.letter_shared meetings.letter_taken_back
    meetings.meeting_began meetings.meeting_changed meetings.meeting_ended meetings.path_chosen
    meetings.page_marked_read meetings.rehearsed meetings.run_kept meetings.run_marked
    meetings.run_taken_off
    meetings.screen_answered meetings.seat_ended
    meetings.seat_saved meetings.stop_called meetings.stop_resolved
    notify.channel_added notify.channel_removed notify.channel_verified
    notify.message_queued notify.message_sent notify.message_withheld
    people.circle_made people.contact_asked people.contact_changed people.group_changed
    people.group_ended people.group_made people.group_member_changed people.group_member_proposed
    people.institution_made people.member_added
    people.member_changed
    people.member_removed people.person_added people.person_corrected
    plans.agreement_recorded plans.course_added plans.course_ended plans.course_moved
    plans.course_started
    plans.goal_added plans.goal_rated plans.plan_changed plans.plan_ended plans.plan_proposed
    records.key_made
    tasks.task_done tasks.task_made
    """.split()
)

READS = frozenset(
    """
    access.account_read access.relationship_read calendar.booking_read calendar.feed_read
    calendar.resource_read cases.case_read
    cases.concern_read cases.decision_read cases.own_view_read cases.person_request_read
    cases.report_review_read cases.side_read
    consent.consent_read credentials.credential_read
    crisis.alert_read crisis.care_form_read crisis.follow_up_read crisis.means_action_read
    crisis.safety_check_read crisis.safety_plan_read
    crisis.safeguarding_report_read
    crisis.shift_read delivery.artefact_read delivery.erasure_read
    delivery.homework_read delivery.letter_read
    delivery.note_read delivery.process_note_read
    delivery.group_part_read delivery.group_round_read
    delivery.group_session_read delivery.group_talk_read
    delivery.schedule_change_read delivery.session_read delivery.timing_read
    directory.content_review_read directory.content_version_read directory.draft_read
    directory.hold_read directory.line_check_read directory.option_read directory.service_read
    insights.expected_course_read insights.timeline_read
    measures.asking_read measures.response_read notify.message_read people.circle_read
    people.contact_read people.group_read people.group_member_read people.institution_read
    people.member_read meetings.check_read meetings.meeting_read meetings.seat_read
    meetings.stop_read meetings.letter_read meetings.letter_review_read
    meetings.boundary_read meetings.run_read meetings.after_read meetings.boundary_look_read
    meetings.helping_sheet_read meetings.learning_read_read
    people.person_read plans.plan_read records.trail_read tasks.task_read
    """.split()
)

REFUSALS = frozenset(
    """
    access.action_refused access.page_refused access.link_refused access.sign_in_refused
    access.write_refused
    access.setup_refused
    """.split()
)

WORDS = ACTS | READS | REFUSALS
