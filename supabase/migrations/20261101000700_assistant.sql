create table public.conversations (
  id uuid primary key,
  account_id uuid not null references public.accounts (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  title text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint a_title_has_1_to_120_characters check (char_length(title) between 1 and 120)
);
comment on table public.conversations is 'What one person asked the assistant, for one account. Others of the account do not see it.';
create index conversations_newest on public.conversations (account_id, user_id, updated_at desc, id);

create table public.messages (
  id uuid primary key,
  conversation_id uuid not null references public.conversations (id) on delete cascade,
  account_id uuid not null references public.accounts (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  position bigint generated always as identity,
  role text not null,
  content text not null,
  status text not null,
  model text,
  input_tokens bigint not null default 0,
  cached_input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  reasoning_tokens bigint not null default 0,
  credits public.credit_count not null default 0,
  estimated boolean not null default false,
  created_at timestamptz not null,
  closed_at timestamptz,
  constraint a_message_is_from_the_person_or_the_assistant check (role in ('user', 'assistant')),
  constraint a_message_is_pending_complete_stopped_or_failed check (status in ('pending', 'complete', 'stopped', 'failed')),
  constraint a_person_s_message_is_complete check (role = 'assistant' or status = 'complete'),
  constraint an_answer_names_its_model check (role = 'user' or model is not null),
  constraint a_message_is_closed_unless_pending check ((status = 'pending') = (closed_at is null)),
  constraint tokens_are_at_least_zero
    check (least(input_tokens, cached_input_tokens, output_tokens, reasoning_tokens) >= 0)
);
comment on table public.messages is 'Questions and answers of a conversation in order of position, with what each answer used and cost.';
create index messages_in_order on public.messages (conversation_id, position);

alter table public.conversations enable row level security;
alter table public.messages enable row level security;

create policy "people read their own conversations while they belong to the account" on public.conversations
  for select to authenticated using (user_id = (select auth.uid()) and private.is_member(account_id));
create policy "people read their own messages while they belong to the account" on public.messages
  for select to authenticated using (user_id = (select auth.uid()) and private.is_member(account_id));

grant select on public.conversations, public.messages to authenticated;
grant select, insert, update, delete on public.conversations, public.messages to service_role;

-- Writes down a question and an answer still to come, and opens the conversation with the first.
-- Asked again with the same answer it changes nothing and says so: the same request never runs twice.
-- An earlier answer that failed before its first word makes room for the new attempt.
create function public.start_answer(
  account_id uuid, user_id uuid, conversation_id uuid, question_id uuid, answer_id uuid,
  question text, title text, model text, at timestamptz
) returns jsonb language plpgsql set search_path = '' as $$
declare
  started_at timestamptz := private.checked_time(start_answer.at);
begin
  insert into public.conversations as c (id, account_id, user_id, title, created_at, updated_at)
  values (start_answer.conversation_id, start_answer.account_id, start_answer.user_id, start_answer.title, started_at, started_at)
  on conflict (id) do update set updated_at = excluded.updated_at
    where c.account_id = excluded.account_id and c.user_id = excluded.user_id;
  if not found then
    return jsonb_build_object('ok', false, 'code', 'unknown_conversation');
  end if;

  if exists (select from public.messages m where m.id = start_answer.answer_id) then
    return jsonb_build_object('ok', false, 'code', 'already_asked');
  end if;

  insert into public.messages (id, conversation_id, account_id, user_id, role, content, status, created_at, closed_at)
  values (start_answer.question_id, start_answer.conversation_id, start_answer.account_id, start_answer.user_id,
    'user', start_answer.question, 'complete', started_at, started_at)
  on conflict (id) do nothing;
  if not exists (
    select from public.messages m
    where m.id = start_answer.question_id and m.conversation_id = start_answer.conversation_id and m.role = 'user'
  ) then
    return jsonb_build_object('ok', false, 'code', 'unknown_conversation');
  end if;

  delete from public.messages m
  where m.conversation_id = start_answer.conversation_id and m.role = 'assistant' and m.status = 'failed' and m.content = '';

  insert into public.messages (id, conversation_id, account_id, user_id, role, content, status, model, created_at)
  values (start_answer.answer_id, start_answer.conversation_id, start_answer.account_id, start_answer.user_id,
    'assistant', '', 'pending', start_answer.model, started_at);
  return jsonb_build_object('ok', true, 'code', 'started');
end $$;
grant execute on function public.start_answer(uuid, uuid, uuid, uuid, uuid, text, text, text, timestamptz) to service_role;

-- Keeps what an answer has so far, so that a crash loses no words that were paid for.
create function public.keep_answer(account_id uuid, answer_id uuid, content text) returns jsonb
language plpgsql set search_path = '' as $$
begin
  update public.messages m set content = keep_answer.content
  where m.id = keep_answer.answer_id and m.account_id = keep_answer.account_id and m.status = 'pending';
  return jsonb_build_object('ok', found, 'code', case when found then 'kept' else 'answer_closed' end);
end $$;
grant execute on function public.keep_answer(uuid, uuid, text) to service_role;

-- Closes an answer with what it used and cost. The first closing counts; a repeated one changes nothing.
create function public.finish_answer(
  account_id uuid, answer_id uuid, status text, content text, input_tokens bigint, cached_input_tokens bigint,
  output_tokens bigint, reasoning_tokens bigint, credits bigint, estimated boolean, at timestamptz
) returns jsonb language plpgsql set search_path = '' as $$
begin
  update public.messages m
  set status = finish_answer.status, content = finish_answer.content, input_tokens = finish_answer.input_tokens,
    cached_input_tokens = finish_answer.cached_input_tokens, output_tokens = finish_answer.output_tokens,
    reasoning_tokens = finish_answer.reasoning_tokens, credits = finish_answer.credits,
    estimated = finish_answer.estimated, closed_at = private.checked_time(finish_answer.at)
  where m.id = finish_answer.answer_id and m.account_id = finish_answer.account_id and m.status = 'pending';
  return jsonb_build_object('ok', found, 'code', case when found then 'finished' else 'answer_closed' end);
end $$;
grant execute on function public.finish_answer(uuid, uuid, text, text, bigint, bigint, bigint, bigint, bigint, boolean, timestamptz) to service_role;

-- Deletes a person's own conversation and everything said in it. What it cost stays in the ledger.
create function public.delete_conversation(account_id uuid, user_id uuid, conversation_id uuid) returns jsonb
language plpgsql set search_path = '' as $$
begin
  delete from public.conversations c
  where c.id = delete_conversation.conversation_id
    and c.account_id = delete_conversation.account_id and c.user_id = delete_conversation.user_id;
  return jsonb_build_object('ok', found, 'code', case when found then 'deleted' else 'unknown_conversation' end);
end $$;
grant execute on function public.delete_conversation(uuid, uuid, uuid) to service_role;
