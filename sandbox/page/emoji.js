/** A sensible set of emoji shortcodes; unknown ones stay as they are written. */

const SETS = {
  "Often used": `
    +1=👍 -1=👎 white_check_mark=✅ heavy_check_mark=✔️ x=❌ eyes=👀 tada=🎉 heart=❤️ fire=🔥 rocket=🚀 pray=🙏
    clap=👏 ok_hand=👌 wave=👋 raised_hands=🙌 muscle=💪 100=💯 bulb=💡 thinking_face=🤔 joy=😂 sob=😭`,
  Faces: `
    smile=😄 smiley=😃 grinning=😀 slightly_smiling_face=🙂 simple_smile=🙂 wink=😉 blush=😊 innocent=😇
    heart_eyes=😍 star-struck=🤩 sunglasses=😎 nerd_face=🤓 relieved=😌 upside_down_face=🙃 neutral_face=😐
    expressionless=😑 no_mouth=😶 zipper_mouth_face=🤐 face_with_raised_eyebrow=🤨 grimacing=😬
    face_with_rolling_eyes=🙄 sweat_smile=😅 sweat=😓 cold_sweat=😰 cry=😢 scream=😱 confused=😕 worried=😟
    disappointed=😞 angry=😠 rage=😡 sleeping=😴 sleepy=😪 exploding_head=🤯 partying_face=🥳 face_palm=🤦
    shrug=🤷 robot_face=🤖 ghost=👻 alien=👽 skull=💀`,
  People: `
    thumbsup=👍 thumbsdown=👎 hand=✋ raised_hand=✋ point_up=☝️ point_right=👉 point_left=👈 point_down=👇
    handshake=🤝 writing_hand=✍️ v=✌️ crossed_fingers=🤞 bust_in_silhouette=👤 busts_in_silhouette=👥
    speaking_head_in_silhouette=🗣️ detective=🕵️ guardsman=💂`,
  Signs: `
    warning=⚠️ no_entry=⛔ no_entry_sign=🚫 octagonal_sign=🛑 question=❓ grey_question=❔ exclamation=❗
    heavy_exclamation_mark=❗ information_source=ℹ️ heavy_multiplication_x=✖️
    negative_squared_cross_mark=❎ ballot_box_with_check=☑️ large_green_circle=🟢 large_yellow_circle=🟡
    large_orange_circle=🟠 red_circle=🔴 large_red_circle=🔴 large_blue_circle=🔵 white_circle=⚪
    black_circle=⚫ large_green_square=🟩 large_red_square=🟥 large_yellow_square=🟨 small_blue_diamond=🔹
    small_orange_diamond=🔸 arrow_right=➡️ arrow_left=⬅️ arrow_up=⬆️ arrow_down=⬇️
    arrows_counterclockwise=🔄 leftwards_arrow_with_hook=↩️ repeat=🔁 heavy_plus_sign=➕ heavy_minus_sign=➖
    bangbang=‼️ zzz=💤 copyright=©️ registered=®️ tm=™️`,
  Work: `
    lock=🔒 unlock=🔓 closed_lock_with_key=🔐 key=🔑 shield=🛡️ bell=🔔 no_bell=🔕 mega=📣 loudspeaker=📢
    speech_balloon=💬 thought_balloon=💭 memo=📝 pencil=📝 pencil2=✏️ clipboard=📋 page_facing_up=📄
    page_with_curl=📃 receipt=🧾 bookmark_tabs=📑 file_folder=📁 open_file_folder=📂 card_index_dividers=🗂️
    card_index=📇 paperclip=📎 pushpin=📌 round_pushpin=📍 link=🔗 calendar=📅 date=📅 spiral_calendar_pad=🗓️
    clock=🕰️ hourglass=⌛ hourglass_flowing_sand=⏳ stopwatch=⏱️ alarm_clock=⏰ watch=⌚
    chart_with_upwards_trend=📈 chart_with_downwards_trend=📉 bar_chart=📊 moneybag=💰 euro=💶 dollar=💵
    pound=💷 credit_card=💳 money_with_wings=💸 package=📦 shopping_trolley=🛒 truck=🚚 factory=🏭 office=🏢
    bank=🏦 email=📧 envelope=✉️ inbox_tray=📥 outbox_tray=📤 phone=☎️ computer=💻 floppy_disk=💾 gear=⚙️
    wrench=🔧 hammer=🔨 hammer_and_wrench=🛠️ toolbox=🧰 mag=🔍 scales=⚖️ balance_scale=⚖️ construction=🚧
    wastebasket=🗑️ ticket=🎫 label=🏷️ trophy=🏆 medal=🏅 dart=🎯 test_tube=🧪 bug=🐛 ballot_box_with_ballot=🗳️
    stop_button=⏹️ double_vertical_bar=⏸️ arrow_forward=▶️ fast_forward=⏩ twisted_rightwards_arrows=🔀`,
  Things: `
    sparkles=✨ star=⭐ star2=🌟 zap=⚡ boom=💥 sunny=☀️ cloud=☁️ rainbow=🌈 snowflake=❄️ earth_africa=🌍
    seedling=🌱 herb=🌿 four_leaf_clover=🍀 rose=🌹 coffee=☕ tea=🍵 beer=🍺 pizza=🍕 cake=🍰 birthday=🎂 gift=🎁
    balloon=🎈 confetti_ball=🎊 bomb=💣 ambulance=🚑 fire_engine=🚒 airplane=✈️ car=🚗 bike=🚲 house=🏠 dog=🐶
    cat=🐱 bee=🐝 unicorn_face=🦄 turtle=🐢 blue_heart=💙 green_heart=💚 yellow_heart=💛 purple_heart=💜
    broken_heart=💔 dizzy=💫 crystal_ball=🔮 musical_note=🎵 art=🎨 books=📚 book=📖 one=1️⃣ two=2️⃣ three=3️⃣
    four=4️⃣ five=5️⃣`,
};

/** @type {Map<string, string>} */
const TABLE = new Map();
export const emojiSets = Object.entries(SETS).map(([title, list]) => ({
  title,
  names: list
    .trim()
    .split(/\s+/)
    .map((pair) => {
      const cut = pair.lastIndexOf("=");
      TABLE.set(pair.slice(0, cut), pair.slice(cut + 1));
      return pair.slice(0, cut);
    }),
}));

/** The character for a shortcode (skin tones are ignored), or undefined. @param {string} name */
export const emoji = (name) => TABLE.get(name.split("::")[0]);

/** Replace `:shortcodes:` in plain text. @param {string} text */
export const withEmoji = (text) =>
  text.replace(/:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):/g, (whole, /** @type {string} */ name) => emoji(name) ?? whole);
