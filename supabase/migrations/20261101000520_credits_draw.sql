-- Drawing credits from grants, in order: by priority, then soonest-expiring, then oldest.

create type private.drawing as (balance public.credit_balances, grant_ids uuid[], grant_amounts bigint[]);

-- Writes what is left of the grant now being spent back to its row, and takes the first in order.
create function private.choose_current(balance public.credit_balances) returns public.credit_balances
language plpgsql set search_path = '' as $$
begin
  update public.credit_grants g set remaining = balance.current_remaining
  where g.id = balance.current_grant_id and g.state = 'open' and g.remaining <> balance.current_remaining;
  select g.id, g.remaining into balance.current_grant_id, balance.current_remaining from public.credit_grants g
  where g.account_id = balance.account_id and g.state = 'open'
  order by g.priority, g.expires_at, g.effective_at, g.seq limit 1;
  balance.current_remaining := coalesce(balance.current_remaining, 0);
  return balance;
end $$;

-- Takes credits out of grants that are over but still covered by reservations.
create function private.draw_ending(balance public.credit_balances, amount bigint) returns private.drawing
language plpgsql set search_path = '' as $$
declare
  drawing private.drawing := row(balance, '{}', '{}');
  ending record;
  part bigint;
begin
  for ending in
    select g.id, g.remaining from public.credit_grants g
    where g.account_id = balance.account_id and g.state = 'ending'
    order by g.priority, g.expires_at, g.effective_at, g.seq
  loop
    exit when amount = 0;
    part := least(amount, ending.remaining);
    update public.credit_grants g
    set remaining = g.remaining - part, state = case when g.remaining = part then 'closed' else 'ending' end
    where g.id = ending.id;
    drawing.grant_ids := drawing.grant_ids || ending.id;
    drawing.grant_amounts := drawing.grant_amounts || part;
    balance.ending := balance.ending - part;
    balance.total := balance.total - part;
    amount := amount - part;
  end loop;
  drawing.balance := balance;
  return drawing;
end $$;

-- Spends credits: up to `from_ending` of them from grants that are over, the rest in order.
create function private.draw_credits(balance public.credit_balances, amount bigint, from_ending bigint) returns private.drawing
language plpgsql set search_path = '' as $$
declare
  drawing private.drawing := row(balance, '{}', '{}');
  part bigint;
begin
  if balance.ending > 0 and from_ending > 0 then
    part := least(amount, from_ending, balance.ending);
    drawing := private.draw_ending(balance, part);
    balance := drawing.balance;
    amount := amount - part;
  end if;
  while amount > 0 loop
    if balance.current_grant_id is null then
      raise exception 'the grants of account % hold fewer credits than its balance', balance.account_id using errcode = 'PT500';
    end if;
    part := least(amount, balance.current_remaining);
    drawing.grant_ids := drawing.grant_ids || balance.current_grant_id;
    drawing.grant_amounts := drawing.grant_amounts || part;
    balance.current_remaining := balance.current_remaining - part;
    balance.total := balance.total - part;
    amount := amount - part;
    if balance.current_remaining = 0 then
      update public.credit_grants g set remaining = 0, state = 'closed' where g.id = balance.current_grant_id;
      balance.current_grant_id := null;
      balance := private.choose_current(balance);
    end if;
  end loop;
  drawing.balance := balance;
  return drawing;
end $$;

-- Lets go, in this order, of what has become free: credits of grants that are over expire, and debt is repaid.
create function private.settle_consequences(balance public.credit_balances, happened_at timestamptz) returns public.credit_balances
language plpgsql set search_path = '' as $$
declare
  drawing private.drawing;
  part bigint;
begin
  if balance.ending > balance.reserved then
    part := balance.ending - balance.reserved;
    drawing := private.draw_ending(balance, part);
    balance := drawing.balance;
    update public.credit_grants g set ended = g.ended + d.amount
    from unnest(drawing.grant_ids, drawing.grant_amounts) d (id, amount) where g.id = d.id;
    perform private.post_consequence(balance, 'expire', -part, 0, drawing.grant_ids, drawing.grant_amounts, happened_at);
  end if;
  part := least(balance.debt, balance.total - balance.reserved);
  if part > 0 then
    drawing := private.draw_credits(balance, part, 0);
    balance := drawing.balance;
    balance.debt := balance.debt - part;
    perform private.post_consequence(balance, 'repay', 0, -part, drawing.grant_ids, drawing.grant_amounts, happened_at);
  end if;
  return balance;
end $$;

create type private.bill as (
  balance public.credit_balances, overage bigint, debt bigint, grant_ids uuid[], grant_amounts bigint[]
);

-- How much overage may begin: the owner's cap or the permission, whichever is smaller, and none in debt. Where nobody has
-- chosen a cap, the permission decides, which then holds the plan's own default.
create function private.overage_room(balance public.credit_balances, permitted bigint) returns bigint
language plpgsql immutable set search_path = '' as $$
begin
  if balance.debt > 0 then return 0; end if;
  return greatest(0, least(coalesce(balance.overage_cap, 9007199254740991), coalesce(permitted, 0)) - balance.overage_used - balance.overage_reserved);
end $$;

-- The most that can still be billed: debt and overage stay numbers JSON carries exactly.
create function private.bookable(balance public.credit_balances) returns bigint
language plpgsql immutable set search_path = '' as $$
begin
  return 9007199254740991 - balance.debt - balance.overage_used - balance.overage_before;
end $$;

-- Bills an amount: what was held for it is given back first, then free credits pay, then overage, then debt.
-- Answers null if it would become debt and may not.
create function private.bill_amount(
  balance public.credit_balances, amount bigint, held bigint, overage_held bigint, overage_permitted bigint, may_owe boolean
) returns private.bill
language plpgsql set search_path = '' as $$
declare
  drawing private.drawing;
  paid bigint;
  overage bigint;
begin
  balance.reserved := balance.reserved - held;
  balance.overage_reserved := balance.overage_reserved - overage_held;
  paid := least(amount, balance.total - balance.reserved);
  overage := least(amount - paid, greatest(overage_held, private.overage_room(balance, overage_permitted)));
  if amount > paid + overage and not may_owe then return null; end if;
  drawing := private.draw_credits(balance, paid, least(paid, held));
  balance := drawing.balance;
  balance.overage_used := balance.overage_used + overage;
  balance.debt := balance.debt + amount - paid - overage;
  return row(balance, overage, amount - paid - overage, drawing.grant_ids, drawing.grant_amounts)::private.bill;
end $$;
