"""The wrapped keys in the database, and the vault that works with them."""

from izin.keyring.keyring import Keyring as Keyring
from izin.keyring.keyring import MemberKeyring as MemberKeyring
from izin.keyring.keyring import open_keyring as open_keyring
from izin.keyring.keyring import open_member_keyring as open_member_keyring
from izin.keyring.keyring import open_message_sealer as open_message_sealer
from izin.keyring.keyring import open_whole_keyring as open_whole_keyring
